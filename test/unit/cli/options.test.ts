import assert from 'node:assert/strict';
import { chosenExperiments } from '../../../src/cli/experiment';
import { readOptions, type ExperimentOptions } from '../../../src/cli/options';
import { commandNames, usageText, UsageError, type CommandName } from '../../../src/cli/usage';
import { defaultLearningRates } from '../../../src/profile/defaultSettings';
import { fixIds } from '../../../src/protocol/fix';
import { normVariantIds } from '../../../src/protocol/normVariant';
import type { ProfileSettings } from '../../../src/protocol/profile';

const defaults: ProfileSettings = {
  steps: 7,
  batch: 3,
  optimizer: 'adam',
  lr: 0.25,
  seed: 11,
  init: 'keep',
  engine: 'auto',
  threads: 0,
};

describe('command line options', () => {
  it('takes the defaults where nothing is said', () => {
    assert.deepEqual(readOptions(['profile', 'a.onnx'], defaults), {
      command: 'profile',
      model: 'a.onnx',
      format: 'text',
      settings: defaults,
      severities: {},
    });
  });

  it('reads every option of profile', () => {
    const line =
      'profile a.onnx --steps 5 --batch 2 --optimizer sgd --lr 1e-3 --seed 0 --init default --engine wasm --threads 2 --format json';
    assert.deepEqual(readOptions(line.split(' '), defaults), {
      command: 'profile',
      model: 'a.onnx',
      format: 'json',
      settings: {
        steps: 5,
        batch: 2,
        optimizer: 'sgd',
        lr: 0.001,
        seed: 0,
        init: 'default',
        engine: 'wasm',
        threads: 2,
      },
      severities: {},
    });
  });

  it('reads where samples and labels come from, and how far fresh weights are scaled', () => {
    const line = 'profile a.onnx --data x.npy --labels y.npy --loss mse --init 0.1 --output p.json';
    const options = readOptions(line.split(' '), defaults);
    assert.ok(options.command === 'profile' && options.output === 'p.json');
    const { data, labels, loss, init } = options.settings;
    assert.deepEqual({ data, labels, loss, init }, { data: 'x.npy', labels: 'y.npy', loss: 'mse', init: 0.1 });
  });

  it('reads values that inputs are held at', () => {
    const options = readOptions(
      'profile a.onnx --hold sr=8000 --hold a=b=-0.5 --hold __proto__=1'.split(' '),
      defaults,
    );
    assert.ok(options.command === 'profile');
    assert.deepEqual(Object.entries(options.settings.hold ?? {}), [
      ['sr', 8000],
      ['a=b', -0.5],
      ['__proto__', 1],
    ]);
    for (const wrong of ['sr', 'sr=', '=1', 'sr=fast', 'sr=Infinity']) {
      assert.throws(() => readOptions(['profile', 'a.onnx', '--hold', wrong], defaults), /--hold takes NAME=NUMBER/);
    }
  });

  it('takes the learning rate that suits the optimizer', () => {
    const options = readOptions(['profile', 'a.onnx', '--optimizer', 'sgd'], defaults);
    assert.ok(options.command === 'profile' && options.settings.lr === defaultLearningRates.sgd);
  });

  it('reads several models of analyze', () => {
    assert.deepEqual(readOptions(['analyze', 'a.onnx', 'b/model.json', '--fail-on=warning'], defaults), {
      command: 'analyze',
      models: ['a.onnx', 'b/model.json'],
      format: 'text',
      failOn: 'warning',
      severities: {},
    });
  });

  it('reads severities of rules, the last word on a rule counting', () => {
    const line = 'analyze a.onnx --rule mixed-epsilon=off --rule=bias-before-norm=hint --rule bias-before-norm=error';
    const options = readOptions(line.split(' '), defaults);
    assert.ok(options.command === 'analyze');
    assert.deepEqual(options.severities, { 'mixed-epsilon': 'off', 'bias-before-norm': 'error' });
    const profile = readOptions('profile a.onnx --rule dead-units=error --rule mixed-epsilon=off'.split(' '), defaults);
    assert.ok(profile.command === 'profile');
    assert.deepEqual(profile.severities, { 'dead-units': 'error', 'mixed-epsilon': 'off' });
  });

  it('reads which rule is asked for', () => {
    assert.deepEqual(readOptions(['rules'], defaults), { command: 'rules', rule: undefined });
    assert.deepEqual(readOptions(['rules', 'mixed-epsilon'], defaults), { command: 'rules', rule: 'mixed-epsilon' });
  });

  it('asks for help', () => {
    for (const args of [[], ['--help'], ['-h'], ['help']])
      assert.deepEqual(readOptions(args, defaults), { command: 'help' });
    for (const command of commandNames)
      for (const args of [
        [command, '--help'],
        [command, '-h'],
        ['help', command],
      ])
        assert.deepEqual(readOptions(args, defaults), { command: 'help', of: command });
    assert.deepEqual(readOptions(['--version'], defaults), { command: 'version' });
  });

  const refused: [string, RegExp][] = [
    ['train a.onnx', /unknown command 'train': analyze, profile, .* are known \(normscope --help\)/],
    ['analyse a.onnx', /unknown command 'analyse': did you mean analyze\?/],
    ['help profle', /unknown command 'profle': did you mean profile\?/],
    ['analyze a.onnx --formt json', /unknown option --formt: did you mean --format\? \(normscope analyze --help/],
    ['analyze a.onnx --steps 4', /unknown option --steps \(normscope analyze --help lists the options\)/],
    ['analyze a.onnx -x', /unknown option -x \(/],
    ['analyze a.onnx --constructor', /unknown option --constructor \(/],
    ['analyze a.onnx --help=yes', /--help takes no value/],
    ['profile a.onnx --steps', /--steps needs a value \(normscope profile --help/],
    ['profile a.onnx --lr --steps 3', /--lr needs a value/],
    ['profile a.onnx --steps -3', /--steps -3: expected a whole number from 1/],
    ['profile a.onnx --lr -.5', /--lr -.5: expected a number above 0/],
    ['compare a.onnx --learning-rates=yes', /--learning-rates takes no value/],
    ['analyze a.onnx --rule bias-before-nrm=off', /unknown rule 'bias-before-nrm'; did you mean bias-before-norm\?/],
    ['analyze', /needs the path of a model/],
    ['analyze a.onnx --format xml', /--format xml: expected one of text, json, sarif/],
    ['profile a.onnx --format sarif', /expected one of text, json/],
    ['analyze a.onnx --fail-on hint', /expected one of error, warning, information, never/],
    ['analyze a.onnx --rule x=off', /--rule: unknown rule 'x'; known are .*bias-before-norm, /],
    ['analyze a.onnx --rule constructor=off', /unknown rule 'constructor'/],
    ['analyze a.onnx --rule __proto__=off', /unknown rule '__proto__'/],
    ['analyze a.onnx --rule mixed-epsilon', /expected id=severity/],
    ['analyze a.onnx --rule mixed-epsilon=loud', /expected one of error, warning, information, hint, off/],
    ['analyze a.onnx --rule mixed-epsilon=', /expected one of error/],
    ['profile a.onnx --rule dead=off', /unknown rule 'dead'; known are .*dead-units, /],
    ['rules mixed-epsilon bias-before-norm', /page of one rule, got 2/],
    ['profile', /path of one model, got 0/],
    ['profile a.onnx b.onnx', /path of one model, got 2/],
    ['profile a.onnx --steps 0', /--steps 0: expected a whole number from 1/],
    ['profile a.onnx --steps 1.5', /whole number/],
    ['profile a.onnx --lr -1', /--lr/],
    ['profile a.onnx --lr=-1', /--lr -1: expected a number above 0/],
    ['profile a.onnx --lr=Infinity', /number above 0/],
    ['profile a.onnx --init small', /--init small: expected keep, default, or a number above 0/],
    ['profile a.onnx --init 0', /a number above 0/],
    ['profile a.onnx --loss l1', /--loss l1: expected one of auto, cross-entropy, mse/],
  ];
  for (const [line, message] of refused) {
    it(`refuses: ${line}`, () => {
      assert.throws(
        () => readOptions(line.split(' '), defaults),
        (e: unknown) => e instanceof UsageError && message.test(e.message) && !e.message.includes('\n'),
      );
    });
  }

  it('reads experiments: all, some, each once, those that a model can be given to', () => {
    const read = (...args: string[]) => readOptions(['experiment', ...args], defaults) as ExperimentOptions;
    const ids = (...args: string[]) => chosenExperiments(read(...args));
    assert.deepEqual(read('norm-axes', 'gamma-beta', 'norm-axes', '--seeds', '5'), {
      command: 'experiment',
      format: 'text',
      settings: {
        ids: ['norm-axes', 'gamma-beta', 'norm-axes'],
        seeds: 5,
        engine: defaults.engine,
        threads: defaults.threads,
      },
    });
    assert.deepEqual(ids('norm-axes', 'gamma-beta', 'norm-axes'), ['norm-axes', 'gamma-beta']);
    assert.equal(ids('all').length, 22);
    assert.equal(read('all', '--model', 'net.onnx').model, 'net.onnx');
    const onModel = ids('all', '--model', 'net.onnx');
    assert.ok(onModel.includes('fold-equivalence') && !onModel.includes('gamma-beta'));
    assert.deepEqual(ids(), []);
    assert.throws(
      () => ids('no-such'),
      (e) => e instanceof UsageError && /unknown experiment 'no-such': all, or some of input-scaling,/.test(e.message),
    );
    assert.throws(() => ids('norm-axis'), /unknown experiment 'norm-axis': did you mean norm-axes\?$/);
    assert.throws(() => read('all', '--seeds', '2'), /--seeds 2: expected a whole number from 3/);
  });

  it('lists with each command exactly the options that it takes', () => {
    const listed = (command: CommandName) => new Set(usageText(defaults, command).match(/(?<=^ *)--[a-z-]+/gm) ?? []);
    const all = new Set(commandNames.flatMap((command) => [...listed(command)]));
    assert.ok(all.size > 20);
    for (const command of commandNames)
      for (const flag of all) {
        const error = refusalOf([command, flag]);
        assert.equal(/unknown option/.test(error), !listed(command).has(flag), `${command} ${flag}: ${error}`);
      }
  });

  it('fits help into 110 columns, names every command, and every variant where one can be given', () => {
    const texts = [usageText(defaults), ...commandNames.map((command) => usageText(defaults, command))];
    for (const line of texts.join('\n').split('\n')) assert.ok(line.length <= 110, line);
    for (const command of commandNames) assert.match(texts[0], new RegExp(`^  ${command} `, 'm'));
    for (const command of ['profile', 'compare', 'export'] as const)
      for (const id of normVariantIds)
        assert.equal(
          usageText(defaults, command)
            .split('VARIANT: ')[1]
            .split(/[\s,.]+/)
            .includes(id),
          command !== 'export' || id !== 'as-is',
          `${command} ${id}`,
        );
    for (const id of fixIds) assert.match(usageText(defaults, 'fix'), new RegExp(`  (--fix )?${id} `));
  });

  it('takes a negative number for a value, and a name that begins with a dash where it is joined', () => {
    const options = readOptions(['profile', '--hold', 'a=-1', '--output=-3', 'a.onnx'], defaults);
    assert.ok(options.command === 'profile' && options.output === '-3' && options.settings.hold?.a === -1);
  });

  function refusalOf(args: string[]): string {
    try {
      readOptions(args, defaults);
      return '';
    } catch (error) {
      return (error as Error).message;
    }
  }
});
