"""The equations of the canonical problem, each written once: on arrays, in any dtype, leading axes for points."""
