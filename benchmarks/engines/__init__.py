"""One file for each engine: `all_cases()` gives, for each case it can do, a function that makes it ready.

That gives `run`, which does the case once and returns a number made of the result and its gradients, or a function that
works the number out, by which the engines are compared. Where `run` goes on from where it was, or draws numbers of its
own, it is a tuple `(check, run)` or `(check, run, finish)`: `check` gives the number, and `finish` waits for whatever
still runs when `run` has returned.
"""
