"""Derivatives of functions: grad, vjp, jvp, jacobian, hessian, checkpoint."""

__all__: list[str] = []
