"""The words captions are made of. The first word of each list is the plain one."""

from __future__ import annotations

KIND_WORDS: dict[str, tuple[str, ...]] = {
    "house": ("house", "house", "cottage", "home"),
    "tree": ("tree",),
    "boat": ("boat", "boat", "sailboat", "sailing boat", "ship"),
    "mountain": ("mountain", "mountain", "peak"),
    "balloon": ("balloon", "hot air balloon", "hot-air balloon"),
    "car": ("car", "car", "automobile"),
    "flower": ("flower", "flower", "blossom", "daisy"),
    "cat": ("cat", "cat", "kitten", "kitty"),
    "fish": ("fish",),
    "bird": ("bird",),
    "star": ("star",),
    "castle": ("castle", "castle", "palace", "fortress"),
    "dog": ("dog", "dog", "puppy"),
    "mushroom": ("mushroom", "mushroom", "toadstool"),
    "lighthouse": ("lighthouse", "lighthouse", "beacon tower"),
    "robot": ("robot", "robot", "android"),
    "person": ("person", "person", "child"),
    "bicycle": ("bicycle", "bicycle", "bike"),
}
COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red", "red", "red", "scarlet", "crimson"),
    "orange": ("orange",),
    "yellow": ("yellow", "yellow", "yellow", "golden"),
    "green": ("green", "green", "green", "emerald"),
    "blue": ("blue", "blue", "blue", "azure"),
    "purple": ("purple", "purple", "purple", "violet"),
    "pink": ("pink", "pink", "pink", "rose-coloured"),
    "brown": ("brown", "brown", "brown", "chocolate brown"),
    "white": ("white", "white", "white", "snow-white"),
    "black": ("black", "black", "black", "jet-black"),
}
SIZE_WORDS: dict[str, tuple[str, ...]] = {
    "small": ("small", "little", "tiny"),
    "medium": ("medium-sized", "mid-sized"),
    "large": ("large", "big", "huge"),
}
POSITION_WORDS: dict[str, tuple[str, ...]] = {
    "left": ("on the left", "on the left side", "at the left", "to the left"),
    "center": ("in the middle", "in the center", "in the centre"),
    "right": ("on the right", "on the right side", "at the right", "to the right"),
}
GROUND_WORDS: dict[str, tuple[str, ...]] = {
    "meadow": (
        "in a meadow",
        "on a meadow",
        "on a green meadow",
        "in a grassy field",
        "on the grass",
        "on a grassy hill",
    ),
    "desert": ("in the desert", "in a desert", "on desert sand", "among sand dunes", "in a sandy desert"),
    "snow": ("in the snow", "on snow", "in a snowy landscape", "in winter", "on a snowy field"),
    "sea": ("at sea", "on the sea", "by the sea", "on the ocean", "in the ocean", "on the water"),
    "city": ("in the city", "in a city", "in a city street", "in town", "in front of a city skyline"),
}
LIGHT_WORDS: dict[str, tuple[str, ...]] = {
    "day": (
        "by day",
        "during the day",
        "on a sunny day",
        "in daylight",
        "under a blue sky",
        "in the sunshine",
    ),
    "sunset": ("at sunset", "at sunset", "in the evening", "as the sun sets", "under a sunset sky"),
    "night": (
        "at night",
        "at night",
        "under the moon",
        "on a starry night",
        "by moonlight",
        "under a night sky",
    ),
    "dawn": ("at dawn", "at dawn", "at sunrise", "early in the morning", "in soft morning light"),
    "rain": ("in the rain", "in the rain", "on a rainy day", "while it rains", "in rainy weather"),
}
RELATION_WORDS: dict[str, tuple[str, ...]] = {
    "left": ("left of", "to the left of", "on the left of"),
    "right": ("right of", "to the right of", "on the right of"),
    "above": ("above", "over", "high above"),
    "below": ("below", "under", "underneath"),
}
OPENINGS = ("a picture of", "an illustration of", "a drawing of", "a flat illustration of")
TAG_WORDS: dict[str, str] = {
    "center": "centered",
    "left": "left",
    "right": "right",
    "meadow": "meadow",
    "desert": "desert",
    "snow": "snow",
    "sea": "sea",
    "city": "city",
    "day": "day",
    "sunset": "sunset",
    "night": "night",
    "dawn": "dawn",
    "rain": "rain",
}
