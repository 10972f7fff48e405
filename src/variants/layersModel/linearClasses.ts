/** How the kernel of a layer class lies in the file: which channels an element joins, by its row-major index. */
export interface KernelLayout {
  readonly outputs: number;
  outputOf(index: number): number;
  /** Of the layer's input; undefined where the kernel does not read that itself, or reads a part in each of several groups. */
  readonly inputs?: number;
  inputOf?(index: number): number;
}

interface LinearClass {
  /** Name of the kernel that makes the output. */
  readonly kernel: string;
  layout(dims: readonly number[], groups: number): KernelLayout;
}

/** [..., in, out] of Dense and convolutions. */
const plain: LinearClass = {
  kernel: 'kernel',
  layout(dims, groups) {
    const [inputs, outputs] = dims.slice(-2);
    const layout = { outputs, outputOf: (i: number) => i % outputs };
    return groups === 1 ? { ...layout, inputs, inputOf: (i) => Math.floor(i / outputs) % inputs } : layout;
  },
};

/** [..., out, in]. */
const transposed: LinearClass = {
  kernel: 'kernel',
  layout(dims) {
    const [outputs, inputs] = dims.slice(-2);
    return { outputs, outputOf: (i) => Math.floor(i / inputs) % outputs, inputs, inputOf: (i) => i % inputs };
  },
};

/** [..., in, multiplier]: output channel in * multiplier + m. */
const depthwise: LinearClass = {
  kernel: 'depthwise_kernel',
  layout(dims) {
    const [inputs, multiplier] = dims.slice(-2);
    const outputs = inputs * multiplier;
    return { outputs, outputOf: (i) => i % outputs, inputs, inputOf: (i) => Math.floor(i / multiplier) % inputs };
  },
};

/** The pointwise kernel [1, 1, middle, out] reads what the depthwise one made. */
const separable: LinearClass = {
  kernel: 'pointwise_kernel',
  layout(dims) {
    const outputs = dims[dims.length - 1];
    return { outputs, outputOf: (i) => i % outputs };
  },
};

/** Layer classes of Keras whose kernel and bias are edited. */
export const linearClasses: ReadonlyMap<string, LinearClass> = new Map([
  ['Dense', plain],
  ['Conv1D', plain],
  ['Conv2D', plain],
  ['Conv3D', plain],
  ['Conv2DTranspose', transposed],
  ['Conv3DTranspose', transposed],
  ['DepthwiseConv2D', depthwise],
  ['SeparableConv2D', separable],
]);
