"""Where the windows of a convolution or of pooling lie: sizes, strides and padding as numbers for each axis.

An array is (..., *axes, channels): the axes that windows slide over are those before the last.
"""

from __future__ import annotations

import operator

from autograd.rules.arrays import is_tensor, operand

PADDINGS = "'valid' (none), 'same' (places = size / stride, rounded up), 'causal' (one axis: all in front), or numbers"


def numbers(name, key, value, n, least=1) -> tuple[int, ...]:
    """A whole number for each of n axes, given as one for all or as n."""
    try:
        found = (operator.index(value),) * n
    except TypeError:
        try:
            found = tuple(map(operator.index, value))
        except TypeError:
            found = ()
    if len(found) != n or any(k < least for k in found):
        raise ValueError(f"{name}: {key} is a whole number, {least} or more, or {n} of them; got {value!r:.60}")
    return found


def reach(size, dilation) -> tuple[int, ...]:
    """How far each axis of a window goes, with the gaps that dilation makes."""
    return tuple((k - 1) * d + 1 for k, d in zip(size, dilation, strict=True))


def pads(name, padding, axes, size, stride, dilation) -> tuple[tuple[int, int], ...]:
    """How many zeros go before and after each axis."""
    n, far = len(size), reach(size, dilation)
    if isinstance(padding, str):
        if padding == "valid":
            return ((0, 0),) * n
        if padding == "causal" and n == 1:
            return ((far[0] - 1, 0),)
        if padding == "same":
            missing = [max((-(-m // s) - 1) * s + r - m, 0) for m, s, r in zip(axes, stride, far, strict=True)]
            return tuple((total // 2, total - total // 2) for total in missing)
        raise ValueError(f"{name}: padding is {PADDINGS}; got {padding!r} for {n} axes")
    try:
        parts = list(padding)
    except TypeError:
        parts = [padding] * n
    if len(parts) != n:
        raise ValueError(f"{name}: padding is {PADDINGS}, one or a pair for each of {n} axes; got {padding!r:.60}")
    return tuple(numbers(name, "padding", part, 2, least=0) for part in parts)


def places(name, axes, size, stride, dilation, padding) -> tuple[int, ...]:
    """How many windows fit along each axis; an error where none does."""
    far = reach(size, dilation)
    whole = [m + low + high for m, (low, high) in zip(axes, padding, strict=True)]
    if any(r > m for r, m in zip(far, whole, strict=True)):
        gaps = f" with dilation {by(dilation)}" if far != tuple(size) else ""
        raise ValueError(
            f"{name}: a {by(size)} window{gaps} does not fit into {by(whole)}; use padding='same' or an input of "
            f"at least {by(far)}"
        )
    return tuple((m - r) // s + 1 for m, r, s in zip(whole, far, stride, strict=True))


def transposed(axes, size, stride, dilation, padding, more) -> tuple[tuple[int, int], ...]:
    """What a transposed convolution cuts off before and after each axis; less than nothing is zeros put there.

    Uncut, an axis of m comes out as (m - 1) * stride + reach. `more` is `output_padding`, for each axis or None.
    """
    n, far = len(size), reach(size, dilation)
    if more is not None:
        more = numbers("conv_transpose", "output_padding", more, n, least=0)
        if any(extra >= s for extra, s in zip(more, stride, strict=True)):
            raise ValueError(f"conv_transpose: output_padding is less than the stride {by(stride)}; got {by(more)}")
    if padding == "valid":
        more = more or tuple(max(s - r, 0) for s, r in zip(stride, far, strict=True))
        cut = tuple((0, -extra) for extra in more)
    elif padding == "same":
        # So much of it stays as Keras says: m * stride, or with output_padding (m - 1) * stride + reach % 2 + that.
        totals = [r - s for r, s in zip(far, stride, strict=True)]
        if more is not None:
            totals = [r - r % 2 - extra for r, extra in zip(far, more, strict=True)]
        before = [max(total // 2, 0) for total in totals]
        cut = tuple((low, total - low) for low, total in zip(before, totals, strict=True))
    elif isinstance(padding, str):
        raise ValueError(f"conv_transpose: padding is 'valid', 'same' or numbers; got {padding!r:.60}")
    else:
        around = pads("conv_transpose", padding, axes, size, stride, dilation)
        cut = tuple((low, high - extra) for (low, high), extra in zip(around, more or (0,) * n, strict=True))
    left = [(m - 1) * s + r - low - high for m, s, r, (low, high) in zip(axes, stride, far, cut, strict=True)]
    if min(left) < 1 or min(axes) < 1:
        raise ValueError(
            f"conv_transpose: nothing is left of {by(axes)} with a {by(size)} window, stride {by(stride)}, "
            f"padding={padding!r} and output_padding={more}; use padding='valid', or larger inputs"
        )
    return cut


def by(sizes) -> str:
    """`3x3`, as sizes are said."""
    return "x".join(map(str, sizes))


def numeric(name, what, x, like=None):
    """An array or Tensor of floats; whole numbers become floats, of the dtype of `like` if that is one."""
    if hasattr(x, "__apply__") and not is_tensor(x):
        raise TypeError(f"{name} works on arrays, and a Value is one number: make a Tensor of all of them")
    x = operand(x)
    if x.dtype.kind not in "biufc":
        raise TypeError(f"{name}: {what} {x!r:.60} holds no numbers")
    if x.dtype.kind not in "biu":
        return x
    dtype = getattr(like, "dtype", None)
    return x.astype(dtype if dtype is not None and dtype.kind in "fc" else float)


def images_and_kernel(name, x, kernel, bias, filters):
    """The three of them as arrays or Tensors; `filters` is the axis of the kernel that says how many come out."""
    kernel = numeric(name, "the kernel", kernel, like=x)
    x = numeric(name, "the input", x, like=kernel)
    if 0 in kernel.shape[:-2]:
        raise ValueError(f"{name}: a kernel of shape {kernel.shape} has no numbers in its windows")
    if bias is not None:
        bias = numeric(name, "the bias", bias, like=kernel)
        if kernel.ndim > 2 and bias.shape not in ((), kernel.shape[filters:][:1]):
            raise ValueError(f"{name}: a bias has a number for each filter, {kernel.shape[filters]}; got {bias.shape}")
    return x, kernel, bias
