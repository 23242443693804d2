"""Derivatives of functions: grad, vjp, jvp, jacobian, hessian, checkpoint. Read derivatives, then forward."""

__all__: list[str] = []
