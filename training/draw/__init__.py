"""The renderer: flat illustrations of scenes, drawn with Qt's painter on an off-screen image."""
