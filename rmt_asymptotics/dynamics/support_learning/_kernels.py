"""Compiled minibatch descent of a small network.  Note: dynamics_support.md.

phi(z) = z for z > 0 and slope * z otherwise.  Batches and noise are drawn outside and passed in.
"""

import math

import numpy as np

from rmt_asymptotics.compilation import compiled

SUMS = {"reassoc", "contract"}


@compiled(fastmath=SUMS)
def _forward(first, middle, readout, x, slope, hidden, slopes):
    """f(x); fills hidden and slopes (L - 1, h): activations and phi' of every hidden layer."""
    width = readout.size
    for layer in range(len(hidden)):
        for k in range(width):
            z = 0.0
            if layer == 0:
                for j in range(x.size):
                    z += first[k, j] * x[j]
            else:
                for j in range(width):
                    z += middle[layer - 1, k, j] * hidden[layer - 1, j]
            slopes[layer, k] = 1.0 if z > 0.0 else slope
            hidden[layer, k] = slopes[layer, k] * z
    output = 0.0
    for k in range(width):
        output += readout[k] * hidden[-1, k]
    return output


@compiled(fastmath=SUMS)
def _accumulate(middle, readout, x, residual, hidden, slopes, back, grad_first, grad_middle, grad_readout):
    """Add the gradient of one sample, residual times the gradient of f; `back` (2, h) is scratch."""
    width = readout.size
    for k in range(width):
        grad_readout[k] += residual * hidden[-1, k]
        back[0, k] = residual * readout[k] * slopes[-1, k]
    for layer in range(len(middle) - 1, -1, -1):
        for j in range(width):
            back[1, j] = 0.0
        for k in range(width):
            for j in range(width):
                grad_middle[layer, k, j] += back[0, k] * hidden[layer, j]
                back[1, j] += back[0, k] * middle[layer, k, j]
        for j in range(width):
            back[0, j] = back[1, j] * slopes[layer, j]
    for k in range(width):
        for j in range(x.size):
            grad_first[k, j] += back[0, k] * x[j]


@compiled(fastmath=SUMS)
def _length2(gradient):
    total = 0.0
    for g in gradient:
        total += g * g
    return total


@compiled(fastmath=SUMS)
def _update(weights, gradient, step, scale, decay):
    for i in range(weights.size):
        weights[i] -= step * (scale * gradient[i] + decay * weights[i])
        gradient[i] = 0.0


@compiled(fastmath=SUMS)
def descend(first, middle, readout, inputs, labels, batches, noise, slope, step, decay, clip, done, every, records):
    """One step for each row of `batches`, on labels + noise; changes the weights in place.

    batches, noise (steps, b): the samples of each step, and what is added to their labels.  clip: inf for none.
    done: steps taken before; after each step whose number is a multiple of `every`, the weights are copied into
    row number/every of records = (firsts, middles, readouts).
    """
    layers, width, size = len(middle) + 1, readout.size, batches.shape[1]
    hidden, slopes, back = np.empty((layers, width)), np.empty((layers, width)), np.empty((2, width))
    grad_first, grad_middle, grad_readout = np.zeros_like(first), np.zeros_like(middle), np.zeros_like(readout)
    for t in range(len(batches)):
        for j in range(size):
            i = batches[t, j]
            output = _forward(first, middle, readout, inputs[i], slope, hidden, slopes)
            residual = (output - labels[i] - noise[t, j]) / size
            _accumulate(
                middle, readout, inputs[i], residual, hidden, slopes, back, grad_first, grad_middle, grad_readout
            )
        scale = 1.0
        if clip < math.inf:
            length2 = _length2(grad_first.ravel()) + _length2(grad_middle.ravel()) + _length2(grad_readout)
            scale = clip / max(clip, math.sqrt(length2))
        _update(first.ravel(), grad_first.ravel(), step, scale, decay)
        _update(middle.ravel(), grad_middle.ravel(), step, scale, decay)
        _update(readout, grad_readout, step, scale, decay)
        if (done + t + 1) % every == 0:
            row = (done + t + 1) // every
            records[0][row], records[1][row], records[2][row] = first, middle, readout
