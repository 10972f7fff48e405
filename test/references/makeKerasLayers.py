"""Writes test/references/kerasLayers.json: what Keras 3 computes with layers that TensorFlow.js does not have, on inputs that count
1, 2, 3 ... test/unit/formats/tfjs/kerasLayers.test.ts compares.

    python -m venv venv && venv/bin/pip install "keras==3.15.1" tensorflow-cpu && venv/bin/python test/references/makeKerasLayers.py

Only who changes the list needs Python.
"""

import inspect
import json
import pathlib

import keras
import numpy as np
from keras import layers as L


def inputs(shapes):
    first = 1
    for shape in shapes:
        count = int(np.prod(shape))
        yield np.arange(first, first + count, dtype='float32').reshape(shape)
        first += count


def computed(layer, *shapes, **call):
    """Settings, those of the call, weights as a file names them, and the result; the weights are small random numbers."""
    values = list(inputs(shapes))
    layer(*values)
    weights = []
    for seed, weight in enumerate(layer.weights):
        value = np.round(0.1 * np.random.default_rng(seed).normal(size=weight.shape), 3).astype('float32')
        weight.assign(value)
        name = '/'.join(['a', *weight.path.split('/')[1:]])
        weights.append({'name': name, 'shape': list(weight.shape), 'values': [float(v) for v in value.flatten()]})
    inference = {'training': False} if 'training' in inspect.signature(layer.call).parameters else {}
    result = np.asarray(layer(*values, **inference, **call))
    return {
        'class': keras.saving.serialize_keras_object(layer)['class_name'],
        'config': json.loads(json.dumps(layer.get_config(), default=str)),
        'shapes': [list(shape) for shape in shapes],
        'call': call,
        'weights': weights,
        'dims': list(result.shape),
        'data': [float(f'{v:.6g}') for v in result.flatten()],
    }


LAYERS = [
    computed(L.GroupNormalization(2), (1, 2, 2, 4)),
    computed(L.GroupNormalization(-1, axis=1, scale=False), (2, 3, 2)),
    computed(L.RMSNormalization(), (2, 3)),
    computed(L.UnitNormalization(axis=(1, 2)), (1, 2, 3)),
    computed(L.Normalization(mean=[1.0, 2.0, 3.0], variance=[4.0, 1.0, 9.0]), (2, 3)),
    computed(L.Normalization(mean=2.0, variance=4.0, axis=None, invert=True), (2, 3)),
    computed(L.EinsumDense('abc,cde->abde', output_shape=(None, 2, 3), bias_axes='de', activation='tanh'), (1, 2, 4)),
    computed(L.EinsumDense('abc,cd->abd', output_shape=(None, 2), bias_axes='d'), (1, 2, 3)),
    computed(L.MultiHeadAttention(2, 3, value_dim=2), (1, 3, 4), (1, 2, 4)),
    computed(L.MultiHeadAttention(1, 2, use_bias=False, output_shape=5), (1, 2, 4), (1, 3, 4), (1, 3, 4)),
    computed(L.GroupQueryAttention(3, 4, 2), (1, 3, 4), (1, 2, 4)),
    computed(L.MultiHeadAttention(2, 3), (1, 3, 4), (1, 3, 4), use_causal_mask=True),
    computed(L.GroupQueryAttention(3, 4, 2), (1, 3, 4), (1, 2, 4), use_causal_mask=True),
    computed(L.RandomFlip(), (1, 2, 2, 3)),
    computed(L.SpectralNormalization(L.Dense(2)), (2, 3)),
]
path = pathlib.Path(__file__).parent / 'kerasLayers.json'
path.write_text(json.dumps({'keras': keras.__version__, 'layers': LAYERS}, indent=1) + '\n')
