"""Writes a LightGBM model in the format that `clean::forest` reads."""

import struct

import numpy as np

LEAF = 0x8000


def threshold_of(value):
    """The largest f32 at most `value`: rows are f32, so comparisons stay what they were in training."""
    rounded = np.float32(value)
    return float(rounded if float(rounded) <= value else np.nextafter(rounded, np.float32(-np.inf)))


def forest(model):
    """The bytes of a forest."""
    dump = model.dump_model()
    roots, nodes, leaves = [], [], []

    def place(tree):
        if "leaf_value" in tree:
            leaves.append(tree["leaf_value"])
            return LEAF | (len(leaves) - 1)
        index = len(nodes)
        nodes.append(None)
        left, right = place(tree["left_child"]), place(tree["right_child"])
        nodes[index] = (tree["split_feature"], threshold_of(tree["threshold"]), left, right)
        return index

    for tree in dump["tree_info"]:
        root = place(tree["tree_structure"])
        if root & LEAF:  # a tree that is one leaf: a node both of whose children are that leaf
            nodes.append((0, 0.0, root, root))
            root = len(nodes) - 1
        roots.append(root)
    scale = max(abs(leaf) for leaf in leaves) / 32767
    out = [struct.pack("<4Hf", model.num_feature(), len(roots), len(nodes), len(leaves), scale)]
    out += [struct.pack("<H", root) for root in roots]
    out += [struct.pack("<HfHH", *node) for node in nodes]
    out += [struct.pack("<h", round(leaf / scale)) for leaf in leaves]
    return b"".join(out)
