"""The process: state (arrays that live), rules (kernels that act on them), draws (handed in)."""
