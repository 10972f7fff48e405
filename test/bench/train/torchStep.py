"""Prints the milliseconds of PyTorch's training steps of a network, one a line: wall clock and CPU time of all threads.

Reads from its standard input what test/bench/train/others.ts writes: nodes, sizes of the weights, batch, threads, steps.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

task = json.load(sys.stdin)
torch.set_num_threads(task['threads'])
weights = {k: (0.1 * torch.randn(shape)).requires_grad_() for k, shape in task['weights'].items()}
x = torch.randn(task['input'])
label = torch.randint(0, 10, (task['input'][0],))
optimizer = torch.optim.Adam(weights.values(), 1e-3)

RULES = {
    'Conv': lambda i, a: F.conv2d(i[0], i[1], None, a['strides'], a['pads'][:2]),
    'BatchNormalization': lambda i, a: F.batch_norm(i[0], None, None, i[1], i[2], training=True),
    'Relu': lambda i, a: F.relu(i[0]),
    'Add': lambda i, a: i[0] + i[1],
    'MaxPool': lambda i, a: F.max_pool2d(i[0], a['kernel_shape'], a['strides']),
    'GlobalAveragePool': lambda i, a: i[0].mean((2, 3), keepdim=True),
    'Flatten': lambda i, a: i[0].flatten(1),
    'Gemm': lambda i, a: torch.addmm(i[2], i[0], i[1]),
}

for _ in range(task['steps']):
    wall, cpu = time.perf_counter(), time.process_time()
    values = {'x': x, **weights}
    for node in task['nodes']:
        last = RULES[node['op']]([values[name] for name in node['inputs']], node['attributes'])
        values[node['output']] = last
    optimizer.zero_grad()
    F.cross_entropy(last, label).backward()
    optimizer.step()
    print(1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu), flush=True)
