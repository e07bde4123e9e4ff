"""Workflow file formats: this program's own and ComfyUI's."""
