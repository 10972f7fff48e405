"""Writes the reference gradients that test/unit/autodiff/references.test.ts compares ours with: PyTorch's, in double precision.

    python -m venv venv && venv/bin/pip install torch torchvision numpy && venv/bin/python test/references/make.py

Each network is written twice, as ONNX text and as PyTorch code; the files hold the text, the values of all inputs, the loss and
its gradient with respect to every weight. Values are float32, little-endian, in base64. Only who changes a network needs Python.
"""

import base64
import json
import pathlib

import torch
import torch.nn.functional as F
import torchvision

FOLDER = pathlib.Path(__file__).parent


def weights(seed, **shapes):
    """Random weights as float32 holds them: scales (names that begin with g) around 1, the rest with variance 1 / fan-in."""
    generator = torch.Generator().manual_seed(seed)
    made = {}
    for name, shape in shapes.items():
        noise = torch.randn(*shape, generator=generator)
        fan = max(1, noise[0].numel())
        value = 1 + 0.2 * noise if name.startswith('g') else 0.3 * noise if len(shape) == 1 else noise / fan**0.5
        made[name] = value.float().double().requires_grad_()
    return made


def noise(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).float().double()


def pack(tensor):
    flat = tensor.detach().contiguous()
    if flat.dtype == torch.int64:
        return {'shape': list(flat.shape), 'integers': flat.flatten().tolist()}
    values = base64.b64encode(flat.float().numpy().astype('<f4').tobytes()).decode()
    return {'shape': list(flat.shape), 'floats': values}


def save(name, text, inputs, parameters, loss):
    loss.backward()
    content = {
        'madeBy': f'test/references/make.py with PyTorch {torch.__version__.split("+")[0]}',
        'network': text.strip().split('\n'),
        'inputs': {k: pack(v) for k, v in {**inputs, **parameters}.items()},
        'loss': loss.item(),
        'gradients': {k: pack(v.grad) for k, v in parameters.items()},
    }
    (FOLDER / f'{name}.json').write_text(json.dumps(content, indent=1) + '\n')


CROSS_ENTROPY = '''
    p = LogSoftmax<axis = 1>(logits)
    taken = GatherElements<axis = 1>(p, label)
    likelihood = ReduceMean<keepdims = 0>(taken)
    loss = Neg(likelihood)'''

SQUARES = '''
    difference = Sub(y, target)
    squares = Mul(difference, difference)
    loss = ReduceMean<keepdims = 0>(squares)'''


def convolutional():
    """Convolutions with batch norm in training mode: a stem, a residual block with stride 2, a depthwise pair, max pooling."""
    text = f'''
  <ir_version: 8, opset_import: ["" : 17]>
  cnn (float[4, 3, 12, 12] x, int64[4, 1] label,
       float[8, 3, 3, 3] w1, float[8] g1, float[8] b1, float[8, 8, 3, 3] w2, float[8] g2, float[8] b2,
       float[8, 8, 1, 1] w3, float[8] g3, float[8] b3, float[8, 1, 3, 3] w4, float[8] g4, float[8] b4,
       float[12, 8, 1, 1] w5, float[12] b5, float[5, 12] w6, float[5] b6) => (float loss)
  <float[8] mean = {{0, 0, 0, 0, 0, 0, 0, 0}}, float[8] variance = {{1, 1, 1, 1, 1, 1, 1, 1}}>
  {{
    c1 = Conv<pads = [1, 1, 1, 1]>(x, w1)
    n1 = BatchNormalization<epsilon = 0.001>(c1, g1, b1, mean, variance)
    a1 = Relu(n1)
    pooled = MaxPool<kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]>(a1)
    c2 = Conv<strides = [2, 2], pads = [1, 1, 1, 1]>(pooled, w2)
    n2 = BatchNormalization(c2, g2, b2, mean, variance)
    c3 = Conv<strides = [2, 2]>(pooled, w3)
    n3 = BatchNormalization(c3, g3, b3, mean, variance)
    sum = Add(n2, n3)
    a3 = Relu(sum)
    c4 = Conv<group = 8, pads = [1, 1, 1, 1]>(a3, w4)
    n4 = BatchNormalization(c4, g4, b4, mean, variance)
    a4 = HardSwish(n4)
    c5 = Conv(a4, w5, b5)
    a5 = LeakyRelu<alpha = 0.1>(c5)
    averaged = GlobalAveragePool(a5)
    flat = Flatten(averaged)
    logits = Gemm<transB = 1>(flat, w6, b6){CROSS_ENTROPY}
  }}'''
    p = weights(
        1,
        **{'w1': (8, 3, 3, 3), 'g1': (8,), 'b1': (8,), 'w2': (8, 8, 3, 3), 'g2': (8,), 'b2': (8,)},
        **{'w3': (8, 8, 1, 1), 'g3': (8,), 'b3': (8,), 'w4': (8, 1, 3, 3), 'g4': (8,), 'b4': (8,)},
        **{'w5': (12, 8, 1, 1), 'b5': (12,), 'w6': (5, 12), 'b6': (5,)},
    )
    x, label = noise(2, 4, 3, 12, 12), torch.tensor([[0], [3], [4], [1]])
    norm = lambda v, i, eps=1e-5: F.batch_norm(v, None, None, p[f'g{i}'], p[f'b{i}'], training=True, eps=eps)
    a = F.relu(norm(F.conv2d(x, p['w1'], padding=1), 1, 1e-3))
    pooled = F.max_pool2d(a, 3, 2, 1)
    a = norm(F.conv2d(pooled, p['w2'], stride=2, padding=1), 2) + norm(F.conv2d(pooled, p['w3'], stride=2), 3)
    a = F.hardswish(norm(F.conv2d(F.relu(a), p['w4'], padding=1, groups=8), 4))
    a = F.leaky_relu(F.conv2d(a, p['w5'], p['b5']), 0.1)
    logits = F.linear(a.mean((2, 3)), p['w6'], p['b6'])
    save('convolutional', text, {'x': x, 'label': label}, p, F.cross_entropy(logits, label[:, 0]))


def transformer():
    """A block of GPT's kind: embeddings, layer norms in front, causal attention of two heads, Gelu."""
    text = f'''
  <ir_version: 8, opset_import: ["" : 20]>
  block (int64[2, 6] tokens, float[2, 6, 13] target, float[13, 16] words, float[6, 16] places,
         float[16] g1, float[16] b1, float[16, 48] wqkv, float[48] bqkv, float[16, 16] wo, float[16] bo,
         float[16] g2, float[16] b2, float[16, 32] up, float[32] bup, float[32, 16] down, float[16] bdown,
         float[16] g3, float[16] b3, float[16, 13] head) => (float loss)
  <int64[4] heads = {{2, 6, 2, 8}}, int64[3] merged = {{2, 6, 16}}, int64[3] parts = {{16, 16, 16}}, float s = {{0.35355339}},
   int64[2] size = {{6, 6}}, float masked = {{-1e9}}, int64 one = {{1}}>
  {{
    embedded = Gather(words, tokens)
    x = Add(embedded, places)
    n1 = LayerNormalization<axis = -1>(x, g1, b1)
    product = MatMul(n1, wqkv)
    qkv = Add(product, bqkv)
    q3, k3, v3 = Split<axis = -1>(qkv, parts)
    q4 = Reshape(q3, heads)
    k4 = Reshape(k3, heads)
    v4 = Reshape(v3, heads)
    q = Transpose<perm = [0, 2, 1, 3]>(q4)
    k = Transpose<perm = [0, 2, 3, 1]>(k4)
    v = Transpose<perm = [0, 2, 1, 3]>(v4)
    scores = MatMul(q, k)
    scaled = Mul(scores, s)
    square = Expand(masked, size)
    future = Trilu<upper = 1>(square, one)
    hidden = Add(scaled, future)
    weights = Softmax<axis = -1>(hidden)
    context = MatMul(weights, v)
    back = Transpose<perm = [0, 2, 1, 3]>(context)
    joined = Reshape(back, merged)
    projected = MatMul(joined, wo)
    attended = Add(projected, bo)
    r1 = Add(x, attended)
    n2 = LayerNormalization<axis = -1, epsilon = 0.000001>(r1, g2, b2)
    wide = MatMul(n2, up)
    shifted = Add(wide, bup)
    gelu = Gelu(shifted)
    narrow = MatMul(gelu, down)
    narrowed = Add(narrow, bdown)
    r2 = Add(r1, narrowed)
    n3 = LayerNormalization<axis = -1>(r2, g3, b3)
    y = MatMul(n3, head){SQUARES}
  }}'''
    p = weights(
        3,
        **{'words': (13, 16), 'places': (6, 16), 'g1': (16,), 'b1': (16,), 'wqkv': (16, 48), 'bqkv': (48,)},
        **{'wo': (16, 16), 'bo': (16,), 'g2': (16,), 'b2': (16,), 'up': (16, 32), 'bup': (32,)},
        **{'down': (32, 16), 'bdown': (16,), 'g3': (16,), 'b3': (16,), 'head': (16, 13)},
    )
    tokens = torch.tensor([[0, 3, 12, 5, 3, 1], [7, 7, 2, 11, 0, 4]])
    target = noise(4, 2, 6, 13)
    norm = lambda v, i, eps=1e-5: F.layer_norm(v, (16,), p[f'g{i}'], p[f'b{i}'], eps)
    x = F.embedding(tokens, p['words']) + p['places']
    q, k, v = (norm(x, 1) @ p['wqkv'] + p['bqkv']).view(2, 6, 3, 2, 8).permute(2, 0, 3, 1, 4)
    context = F.scaled_dot_product_attention(q, k, v, is_causal=True)
    x = x + context.transpose(1, 2).reshape(2, 6, 16) @ p['wo'] + p['bo']
    x = x + F.gelu(norm(x, 2, 1e-6) @ p['up'] + p['bup']) @ p['down'] + p['bdown']
    save('transformer', text, {'tokens': tokens, 'target': target}, p, F.mse_loss(norm(x, 3) @ p['head'], target))


def recurrent():
    """Embeddings, an LSTM in both directions, a GRU, a plain RNN from the end, the last state classified."""
    text = f'''
  <ir_version: 8, opset_import: ["" : 14]>
  recurrent (int64[7, 3] tokens, int64[3, 1] label, float[9, 5] words,
             float[2, 16, 5] lw, float[2, 16, 4] lr, float[2, 32] lb,
             float[1, 18, 8] uw, float[1, 18, 6] ur, float[1, 36] ub,
             float[1, 5, 6] rw, float[1, 5, 5] rr, float[1, 10] rb, float[4, 11] head, float[4] bias) => (float loss)
  <int64[3] sequence = {{7, 3, 8}}, int64[3] single = {{7, 3, 6}}, int64[1] first = {{0}}>
  {{
    x = Gather(words, tokens)
    both = LSTM<hidden_size = 4, direction = "bidirectional">(x, lw, lr, lb)
    turned = Transpose<perm = [0, 2, 1, 3]>(both)
    joined = Reshape(turned, sequence)
    states, last = GRU<hidden_size = 6, linear_before_reset = 1>(joined, uw, ur, ub)
    flat = Reshape(states, single)
    , end = RNN<hidden_size = 5, direction = "reverse">(flat, rw, rr, rb)
    h1 = Squeeze(last, first)
    h2 = Squeeze(end, first)
    features = Concat<axis = 1>(h1, h2)
    logits = Gemm<transB = 1>(features, head, bias){CROSS_ENTROPY}
  }}'''
    p = weights(
        5,
        **{'words': (9, 5), 'lw': (2, 16, 5), 'lr': (2, 16, 4), 'lb': (2, 32)},
        **{'uw': (1, 18, 8), 'ur': (1, 18, 6), 'ub': (1, 36)},
        **{'rw': (1, 5, 6), 'rr': (1, 5, 5), 'rb': (1, 10), 'head': (4, 11), 'bias': (4,)},
    )
    tokens = torch.randint(0, 9, (7, 3), generator=torch.Generator().manual_seed(6))
    label = torch.tensor([[2], [0], [3]])

    def gates(value, order):
        """ONNX orders the gates i o f c and z r h, PyTorch i f g o and r z n."""
        parts = value.chunk(len(order))
        return torch.cat([parts[i] for i in order])

    def flat_weights(w, r, b, order):
        flat = []
        for d in range(w.shape[0]):
            wb, rb = b[d].chunk(2)
            flat += [gates(v, order) for v in (w[d], r[d], wb, rb)]
        return flat

    zeros = lambda directions, size: torch.zeros(directions, 3, size, dtype=torch.float64)
    x = F.embedding(tokens, p['words'])
    lstm = flat_weights(p['lw'], p['lr'], p['lb'], [0, 2, 3, 1])
    x, *_ = torch._VF.lstm(x, (zeros(2, 4), zeros(2, 4)), lstm, True, 1, 0.0, True, True, False)
    gru = flat_weights(p['uw'], p['ur'], p['ub'], [1, 0, 2])
    x, last = torch._VF.gru(x, zeros(1, 6), gru, True, 1, 0.0, True, False, False)
    rnn = flat_weights(p['rw'], p['rr'], p['rb'], [0])
    _, end = torch._VF.rnn_tanh(x.flip(0), zeros(1, 5), rnn, True, 1, 0.0, True, False, False)
    logits = F.linear(torch.cat([last[0], end[0]], 1), p['head'], p['bias'])
    save('recurrent', text, {'tokens': tokens, 'label': label}, p, F.cross_entropy(logits, label[:, 0]))


def unet():
    """A U-Net with group norms and SiLU: one level down and up again, by a transposed convolution and by nearest neighbours."""
    text = f'''
  <ir_version: 10, opset_import: ["" : 21]>
  unet (float[2, 2, 8, 8] x, float[2, 1, 16, 16] target,
        float[8, 2, 3, 3] w1, float[8] g1, float[8] b1, float[12, 8, 3, 3] w2, float[12] g2, float[12] b2,
        float[12, 8, 2, 2] w3, float[8] b3, float[8, 16, 3, 3] w4, float[8] g4, float[8] b4,
        float[1, 8, 3, 3] w5, float[1] b5) => (float loss)
  <float[4] scales = {{1, 1, 2, 2}}>
  {{
    c1 = Conv<pads = [1, 1, 1, 1]>(x, w1)
    n1 = GroupNormalization<num_groups = 4>(c1, g1, b1)
    s1 = Sigmoid(n1)
    a1 = Mul(n1, s1)
    c2 = Conv<strides = [2, 2], pads = [1, 1, 1, 1]>(a1, w2)
    n2 = GroupNormalization<num_groups = 3>(c2, g2, b2)
    s2 = Sigmoid(n2)
    a2 = Mul(n2, s2)
    up = ConvTranspose<strides = [2, 2]>(a2, w3, b3)
    joined = Concat<axis = 1>(a1, up)
    c4 = Conv<pads = [1, 1, 1, 1]>(joined, w4)
    n4 = GroupNormalization<num_groups = 2>(c4, g4, b4)
    s4 = Sigmoid(n4)
    a4 = Mul(n4, s4)
    large = Resize<mode = "nearest", nearest_mode = "floor", coordinate_transformation_mode = "asymmetric">(a4, , scales)
    y = Conv<pads = [1, 1, 1, 1]>(large, w5, b5){SQUARES}
  }}'''
    p = weights(
        7,
        **{'w1': (8, 2, 3, 3), 'g1': (8,), 'b1': (8,), 'w2': (12, 8, 3, 3), 'g2': (12,), 'b2': (12,)},
        **{'w3': (12, 8, 2, 2), 'b3': (8,), 'w4': (8, 16, 3, 3), 'g4': (8,), 'b4': (8,)},
        **{'w5': (1, 8, 3, 3), 'b5': (1,)},
    )
    x, target = noise(8, 2, 2, 8, 8), noise(9, 2, 1, 16, 16)
    block = lambda v, i, groups: F.silu(F.group_norm(v, groups, p[f'g{i}'], p[f'b{i}']))
    a1 = block(F.conv2d(x, p['w1'], padding=1), 1, 4)
    a2 = block(F.conv2d(a1, p['w2'], stride=2, padding=1), 2, 3)
    joined = torch.cat([a1, F.conv_transpose2d(a2, p['w3'], p['b3'], stride=2)], 1)
    a4 = block(F.conv2d(joined, p['w4'], padding=1), 4, 2)
    y = F.conv2d(F.interpolate(a4, scale_factor=2, mode='nearest'), p['w5'], p['b5'], padding=1)
    save('unet', text, {'x': x, 'target': target}, p, F.mse_loss(y, target))


def regions():
    """What detectors and spatial transformers have: deformable convolution, RoiAlign with and without a stated grid, AffineGrid."""
    boxes = [[0.3, 1.2, 7.9, 6.4], [2.5, 0.1, 9.7, 3.3], [4.2, 4.4, 5.1, 9.6]]
    text = f'''
  <ir_version: 10, opset_import: ["" : 22]>
  regions (float[2, 3, 10, 10] x, float[3, 4, 2, 3] target,
           float[4, 3, 3, 3] w1, float[4] b1, float[18, 4, 3, 3] w2, float[18] b2, float[9, 4, 3, 3] w3, float[9] b3,
           float[4, 2, 3, 3] w4, float[4] b4, float[2, 2, 3] theta) => (float loss)
  <float[3, 4] boxes = {{{', '.join(str(v) for box in boxes for v in box)}}}, int64[3] owners = {{1, 0, 1}},
   int64[4] size = {{2, 4, 10, 10}}>
  {{
    c1 = Conv<pads = [1, 1, 1, 1]>(x, w1, b1)
    a1 = Elu(c1)
    offset = Conv<pads = [1, 1, 1, 1]>(a1, w2, b2)
    scores = Conv<pads = [1, 1, 1, 1]>(a1, w3, b3)
    mask = Sigmoid(scores)
    c4 = DeformConv<pads = [1, 1, 1, 1], group = 2>(a1, w4, offset, b4, mask)
    grid = AffineGrid(theta, size)
    a4 = GridSample(c4, grid)
    fine = RoiAlign<output_height = 2, output_width = 3, sampling_ratio = 2>(a4, boxes, owners)
    coarse = RoiAlign<output_height = 2, output_width = 3, coordinate_transformation_mode = "output_half_pixel">(a4, boxes, owners)
    y = Sub(fine, coarse){SQUARES}
  }}'''
    p = weights(
        10,
        **{'w1': (4, 3, 3, 3), 'b1': (4,), 'w2': (18, 4, 3, 3), 'b2': (18,), 'w3': (9, 4, 3, 3), 'b3': (9,)},
        **{'w4': (4, 2, 3, 3), 'b4': (4,), 'theta': (2, 2, 3)},
    )
    x, target = noise(11, 2, 3, 10, 10), noise(12, 3, 4, 2, 3)
    conv = lambda v, i: F.conv2d(v, p[f'w{i}'], p[f'b{i}'], padding=1)
    a1 = F.elu(conv(x, 1))
    mask = torch.sigmoid(conv(a1, 3))
    c4 = torchvision.ops.deform_conv2d(a1, conv(a1, 2), p['w4'], p['b4'], padding=1, mask=mask)
    grid = F.affine_grid(p['theta'], [2, 4, 10, 10], align_corners=False)
    a4 = F.grid_sample(c4, grid, align_corners=False)
    rois = torch.tensor([[owner, *box] for owner, box in zip([1, 0, 1], boxes)], dtype=torch.float64)
    align = lambda ratio, aligned: torchvision.ops.roi_align(a4, rois, (2, 3), 1.0, ratio, aligned)
    save('regions', text, {'x': x, 'target': target}, p, F.mse_loss(align(2, True) - align(-1, False), target))


convolutional()
transformer()
recurrent()
unet()
regions()
