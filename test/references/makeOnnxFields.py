"""Writes test/references/onnxFields.json: a model with a value in every field of the newest onnx.proto on every message, and what
onnx.shape_inference says of the operators of opsets 23 to 28. test/unit/formats/onnx/newestFields.test.ts reads it.

    python -m venv venv && venv/bin/pip install "onnx==1.23.2" numpy && venv/bin/python test/references/makeOnnxFields.py

Only who takes in another release of ONNX needs Python.
"""

import base64
import json
import pathlib

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import onnx_ml_pb2 as pb


def every_field():
    m = pb.ModelProto()
    m.ir_version = 14
    m.producer_name = 'witness'
    m.producer_version = '1'
    m.domain = 'd'
    m.model_version = 7
    m.doc_string = 'doc'

    def meta(x):
        e = x.metadata_props.add()
        e.key = 'k'
        e.value = 'v'

    meta(m)
    for d, v in (('', 28), ('own', 1)):
        o = m.opset_import.add()
        o.domain = d
        o.version = v
    c = m.configuration.add()
    c.name = 'two'
    c.num_devices = 2
    c.device.extend(['a', 'b'])
    g = m.graph
    g.name = 'g'
    g.doc_string = 'gdoc'
    meta(g)

    def vi(lst, name, dt=1, shape=('batch', 4)):
        v = lst.add()
        v.name = name
        v.doc_string = 'vdoc'
        meta(v)
        v.type.denotation = 'TENSOR'
        v.type.tensor_type.elem_type = dt
        for s in shape:
            d = v.type.tensor_type.shape.dim.add()
            d.denotation = 'DIM'
            if isinstance(s, str):
                d.dim_param = s
            else:
                d.dim_value = s

    vi(g.input, 'x')
    vi(g.output, 'y')
    vi(g.value_info, 'h')

    def tensor(name, dt, dims, raw=None, **kw):
        t = g.initializer.add()
        t.name = name
        t.data_type = dt
        t.dims.extend(dims)
        t.doc_string = 'tdoc'
        meta(t)
        if raw is not None:
            t.raw_data = raw
        for k, v in kw.items():
            getattr(t, k).extend(v)
        return t

    for n in ['FLOAT8E8M0', 'FLOAT8E4M3FN', 'FLOAT8E5M2FNUZ']:
        tensor(n, getattr(T, n), [5], bytes([1, 2, 3, 4, 5]))
    for n in ['FLOAT4E2M1', 'INT4', 'UINT4']:
        tensor(n, getattr(T, n), [5], bytes([0x21, 0x43, 0x05]))
    for n in ['INT2', 'UINT2']:
        tensor(n, getattr(T, n), [5], bytes([0xE4, 0x01]))
    for n in ['FLOAT6E2M3', 'FLOAT6E3M2']:
        tensor(n, getattr(T, n), [5], bytes([1, 2, 3, 4]))
    tensor('f6', T.FLOAT6E2M3, [3], int32_data=[1, 2, 63])
    tensor('i2', T.INT2, [5], int32_data=[0xE4, 1])
    tensor('text', T.STRING, [2], string_data=[b'a', b'\xff\x00'])
    tensor('c64', T.COMPLEX64, [2], float_data=[1, 2, 3, 4])
    tensor('u64', T.UINT64, [2], uint64_data=[1, 2**63])
    t = tensor('seg', T.FLOAT, [2], float_data=[1, 2])
    t.segment.begin = 0
    t.segment.end = 2
    tensor('w', T.FLOAT, [4, 4], np.eye(4, dtype=np.float32).tobytes())
    s = g.sparse_initializer.add()
    s.dims.extend([4])
    s.values.name = 'sparse'
    s.values.data_type = 1
    s.values.dims.extend([2])
    s.values.float_data.extend([1, 2])
    s.indices.data_type = 7
    s.indices.dims.extend([2])
    s.indices.int64_data.extend([0, 3])
    q = g.quantization_annotation.add()
    q.tensor_name = 'x'
    e = q.quant_parameter_tensor_names.add()
    e.key = 'SCALE_TENSOR'
    e.value = 'w'
    n = g.node.add()
    n.op_type = 'MatMul'
    n.input.extend(['x', 'w'])
    n.output.append('h')
    n.name = 'mm'
    n.doc_string = 'ndoc'
    meta(n)
    dc = n.device_configurations.add()
    dc.configuration_id = 'two'
    dc.pipeline_stage = 1
    sp = dc.sharding_spec.add()
    sp.tensor_name = 'w'
    sp.device.extend([0, 1])
    mp = sp.index_to_device_group_map.add()
    mp.key = 0
    mp.value.extend([0, 1])
    sd = sp.sharded_dim.add()
    sd.axis = 1
    ss = sd.simple_sharding.add()
    ss.dim_value = 4
    ss.num_shards = 2
    for ov in ('', 'two'):
        f = m.functions.add()
        f.name = 'F'
        f.domain = 'own'
        f.overload = ov
        f.doc_string = 'fdoc'
        meta(f)
        f.input.append('a')
        f.output.append('b')
        f.attribute.append('alpha')
        a = f.attribute_proto.add()
        a.name = 'beta'
        a.type = 1
        a.f = 2
        a.doc_string = 'adoc'
        o = f.opset_import.add()
        o.domain = ''
        o.version = 28
        k = f.node.add()
        k.op_type = 'LeakyRelu' if ov == '' else 'Elu'
        k.input.append('a')
        k.output.append('b')
        r = k.attribute.add()
        r.name = 'alpha'
        r.ref_attr_name = 'alpha'
        r.type = 1
        vi(f.value_info, 'b')
    n = g.node.add()
    n.op_type = 'F'
    n.domain = 'own'
    n.overload = 'two'
    n.input.append('h')
    n.output.append('z')
    a = n.attribute.add()
    a.name = 'alpha'
    a.f = 0.5
    a.type = 1
    n = g.node.add()
    n.op_type = 'F'
    n.domain = 'own'
    n.input.append('z')
    n.output.append('y')
    a = n.attribute.add()
    a.name = 'alpha'
    a.f = 0.5
    a.type = 1
    # attributes of all kinds
    n = g.node.add()
    n.op_type = 'All'
    n.domain = 'own'
    n.input.append('h')
    n.output.append('all')

    def at(name, type):
        a = n.attribute.add()
        a.name = name
        a.type = type
        a.doc_string = 'adoc'
        return a

    at('f', 1).f = 1
    at('i', 2).i = -1
    at('s', 3).s = b's\xff'
    at('t', 4).t.CopyFrom(g.initializer[0])
    at('floats', 6).floats.extend([1, 2])
    at('ints', 7).ints.extend([1, -2])
    at('strings', 8).strings.extend([b'a', b'b'])
    at('tensors', 9).tensors.extend([g.initializer[1]])
    gg = at('g', 5).g
    gg.name = 'inner'
    gg.node.extend([h.make_node('Relu', ['h'], ['r'])])
    gg.output.add().name = 'r'
    meta(gg)
    at('graphs', 10).graphs.extend([gg])
    at('sp', 11).sparse_tensor.CopyFrom(s)
    at('sps', 12).sparse_tensors.extend([s])
    tp = at('tp', 13).tp
    tp.optional_type.elem_type.sequence_type.elem_type.tensor_type.elem_type = 1
    x = at('tps', 14).type_protos.add()
    x.map_type.key_type = 7
    x.map_type.value_type.tensor_type.elem_type = 1
    v = g.value_info.add()
    v.name = 'op'
    v.type.opaque_type.domain = 'd'
    v.type.opaque_type.name = 'n'
    ti = m.training_info.add()
    ti.initialization.name = 'init'
    ti.algorithm.name = 'alg'
    e = ti.update_binding.add()
    e.key = 'w'
    e.value = 'w2'
    return m


F, I = T.FLOAT, T.INT64
SHAPES = [
    # operator, opset, inputs as (type, shape), number of outputs, attributes
    ('RMSNormalization', 23, [(F, ['b', 4, 6]), (F, [6])], 1, {}),
    ('RotaryEmbedding', 23, [(F, ['b', 2, 5, 8]), (F, [5, 4]), (F, [5, 4]), (I, ['b', 5])], 1, {}),
    ('Attention', 24, [(F, ['b', 3, 5, 8]), (F, ['b', 3, 7, 8]), (F, ['b', 3, 7, 6])], 1, {}),
    (
        'Attention',
        25,
        [(F, ['b', 5, 12]), (F, ['b', 7, 8]), (F, ['b', 7, 10])],
        1,
        {'q_num_heads': 3, 'kv_num_heads': 2},
    ),
    ('Swish', 24, [(F, ['b', 4])], 1, {'alpha': 0.5}),
    ('TensorScatter', 24, [(F, ['b', 2, 9, 4]), (F, ['b', 2, 3, 4]), (I, ['b'])], 1, {}),
    ('TopK', 24, [(F, ['b', 4, 6]), (I, [1])], 2, {'axis': 1}),
    ('BitCast', 26, [(F, ['b', 4])], 1, {'to': T.INT32}),
    ('CumProd', 26, [(F, ['b', 4]), (T.INT32, [])], 1, {}),
    ('CausalConvWithState', 27, [(F, ['b', 6, 10]), (F, [6, 1, 4]), (F, [6])], 2, {'activation': 'silu'}),
    (
        'LinearAttention',
        27,
        [(F, ['b', 5, 48]), (F, ['b', 5, 16]), (F, ['b', 5, 10])],
        2,
        {'q_num_heads': 6, 'kv_num_heads': 2, 'update_rule': 'linear'},
    ),
    ('SwiGLU', 28, [(F, ['b', 4, 6]), (F, ['b', 4, 6])], 1, {}),
    ('Cast', 28, [(F, ['b', 4])], 1, {'to': T.FLOAT6E2M3}),
    ('Cast', 28, [(F, ['b', 4])], 1, {'to': T.FLOAT8E8M0}),
    ('Celu', 28, [(T.FLOAT16, ['b', 4])], 1, {}),
    ('Mod', 28, [(I, ['b', 1]), (I, [4])], 1, {}),
    ('Einsum', 28, [(F, ['b', 4, 6]), (F, [6, 3])], 1, {'equation': 'bij,jk->bik'}),
    ('OneHot', 28, [(I, ['b', 4]), (I, []), (F, [2])], 1, {}),
    ('DepthToSpace', 28, [(F, ['b', 8, 3, 5])], 1, {'blocksize': 2}),
    ('SpaceToDepth', 28, [(F, ['b', 2, 6, 10])], 1, {'blocksize': 2}),
    ('ReverseSequence', 28, [(F, [7, 'b', 4]), (I, ['b'])], 1, {}),
    ('ReduceLogSumExp', 28, [(F, ['b', 4, 6]), (I, [1])], 1, {'keepdims': 1}),
    ('BitShift', 28, [(T.UINT8, ['b', 4]), (T.UINT8, [4])], 1, {'direction': 'LEFT'}),
    ('OptionalHasElement', 28, [(F, ['b'])], 1, {}),
    ('Flatten', 25, [(F, ['b', 2, 3])], 1, {'axis': 1}),
    ('Transpose', 25, [(T.INT2, ['b', 2, 3])], 1, {'perm': [2, 0, 1]}),
]


def inferred(op, opset, inputs, outputs, attributes):
    """The model as bytes, and for each output its type and sizes, None for those that are not known."""
    ins = [h.make_tensor_value_info(f'x{i}', t, s) for i, (t, s) in enumerate(inputs)]
    outs = [pb.ValueInfoProto(name=f'y{i}') for i in range(outputs)]
    node = h.make_node(op, [i.name for i in ins], [o.name for o in outs], **attributes)
    model = h.make_model(h.make_graph([node], 'g', ins, outs), opset_imports=[h.make_opsetid('', opset)])
    model.ir_version = 14
    found = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph.output
    # names that it makes up stand for sizes that it does not know
    name = lambda d: d.dim_param if d.dim_param and not d.dim_param.startswith('unk__') else None
    sizes = lambda t: [d.dim_value if d.HasField('dim_value') else name(d) for d in t.shape.dim]
    said = [
        [v.type.tensor_type.elem_type, sizes(v.type.tensor_type) if v.type.tensor_type.HasField('shape') else None]
        for v in found
    ]
    return {'op': op, 'opset': opset, 'model': encoded(model), 'outputs': said}


def encoded(model):
    return base64.b64encode(model.SerializeToString(deterministic=True)).decode()


written = {'onnx': onnx.__version__, 'model': encoded(every_field()), 'inferred': [inferred(*s) for s in SHAPES]}
(pathlib.Path(__file__).parent / 'onnxFields.json').write_text(json.dumps(written, indent=1) + '\n')
