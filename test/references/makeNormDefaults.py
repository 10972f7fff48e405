"""Writes test/references/normDefaults.json: the defaults of norm classes, and what settings of norms in transformers'
configurations mean, read from the sources of the libraries; nothing of them is run. test/unit/config/normDefaults.test.ts
compares what hovers and completions say.

    pip install --no-deps --target libraries keras==3.15.1 torch==2.14.1 torchvision==0.29.2 timm==1.0.31 flax==0.12.8 transformers==5.23.0
    python test/references/makeNormDefaults.py libraries

Only who changes what is read needs Python.
"""

import ast
import json
import pathlib
import re
import sys

libraries = pathlib.Path(sys.argv[1])
SETTINGS = ['eps', 'epsilon', 'momentum', 'affine', 'elementwise_affine', 'bias', 'axis', 'groups', 'num_groups', 'center', 'scale']
SETTINGS += ['use_bias', 'use_scale', 'reduction_axes', 'track_running_stats', 'alpha', 'beta', 'k']


def classes(file):
    return [node for node in ast.parse(file.read_text()).body if isinstance(node, ast.ClassDef)]


def literal(node):
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def stated(cls):
    """Defaults that a class gives as fields or as arguments of its constructor."""
    found = {}
    for node in cls.body:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            found[node.target.id] = literal(node.value)
        if isinstance(node, ast.FunctionDef) and node.name == '__init__':
            arguments = node.args.args[len(node.args.args) - len(node.args.defaults) :]
            found |= {a.arg: literal(d) for a, d in zip(arguments, node.args.defaults)}
            pairs = zip(node.args.kwonlyargs, node.args.kw_defaults)
            found |= {a.arg: literal(d) for a, d in pairs if d is not None}
    return found


def defaults(*files):
    """By class, with what classes of the same files hand down to those derived from them."""
    known = {}
    for file in files:
        for cls in classes(libraries / file):
            bases = [known.get(ast.unparse(base).split('.')[-1], {}) for base in cls.bases]
            known[cls.name] = {k: v for base in bases for k, v in base.items()} | stated(cls)
    return {
        name: {k: v for k, v in found.items() if k in SETTINGS and v is not None}
        for name, found in known.items()
        if not name.startswith('_')
    }


def kind(called, own):
    """Which norm a class of a model's file computes: by its name in PyTorch, or by whether it subtracts a mean."""
    if called in ('nn.LayerNorm', 'nn.BatchNorm2d', 'nn.GroupNorm'):
        return {'L': 'layer', 'B': 'batch', 'G': 'group'}[called[3]]
    body = own.get(called)
    if body is None or 'Norm' not in called:
        return None
    squares, subtracts = re.search(r'pow\(2\)\.mean', body), re.search(r'- (mean|u)\b|layer_norm\(|nn\.LayerNorm\)', body)
    return 'rms' if squares and not subtracts else 'layer' if subtracts else None


def configurations(folder):
    """By model type: defaults of settings of norms, and kinds of norms that they are of."""
    for file in folder.glob('configuration_*.py'):
        modeling = folder / file.name.replace('configuration', 'modeling')
        text = modeling.read_text() if modeling.exists() else ''
        own = {cls.name: ast.unparse(cls) for cls in classes(modeling)} if text else {}
        calls = re.findall(r'([A-Za-z_][\w.]*)\(((?:[^()]|\([^()]*\))*?)\bconfig\.(layer_norm_eps(?:ilon)?)\b', text)
        for cls in classes(file):
            types = [n.value for n in cls.body if isinstance(n, ast.Assign) and ast.unparse(n.targets[0]) == 'model_type']
            settings = {k: v for k, v in stated(cls).items() if re.search(r'norm', k) and isinstance(v, (bool, float, int))}
            if types and settings:
                kinds = {s: sorted({kind(c, own) for c, _, n in calls if n == s} - {None}) for s in settings}
                yield literal(types[0]), {'defaults': settings, 'kinds': {s: k for s, k in kinds.items() if k}}


def library(name, *files):
    return defaults(*[f'{name}/{file}' for file in files])


KERAS = [f'src/layers/normalization/{kind}_normalization.py' for kind in ['batch', 'layer', 'group', 'rms', 'unit']]
TORCH = [f'nn/modules/{file}.py' for file in ['batchnorm', 'instancenorm', 'normalization']]
models = (libraries / 'transformers/models').iterdir()
result = {
    'classes': {
        'Keras': library('keras', *KERAS),
        'PyTorch': library('torch', *TORCH),
        'torchvision': library('torchvision', 'ops/misc.py'),
        'timm': library('timm', 'layers/norm.py', 'layers/norm_act.py'),
        'Flax': library('flax', 'linen/normalization.py'),
        'Flax NNX': library('flax', 'nnx/nn/normalization.py'),
    },
    'transformers': dict(sorted(pair for folder in models if folder.is_dir() for pair in configurations(folder))),
}


def table(entries):
    return '{\n' + ',\n'.join(f'{json.dumps(name)}: {json.dumps(entry)}' for name, entry in entries.items()) + '\n}'


parts = {name: table(found) for name, found in result['classes'].items()}
text = '{"classes": {\n' + ',\n'.join(f'{json.dumps(name)}: {part}' for name, part in parts.items()) + '},\n'
text += f'"transformers": {table(result["transformers"])}}}\n'
pathlib.Path(__file__).with_name('normDefaults.json').write_text(text)
