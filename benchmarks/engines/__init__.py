"""One file for each engine: `cases()` gives, for each case it can do, a function that does it once.

The function returns a number made of the result and its gradients, by which the engines are compared.
"""
