/**
 * ONNX Runtime's operators on pictures whose channels lie in blocks, which its own optimizer puts where weights are constants:
 * a tensor [N, C, H, W] with B | C is held as [N, C / B, H, W, B], so that a vector register holds a block of one pixel. Shapes are
 * stated as [N, C, H, W] all the same. B is 16 or 8 and depends on the processor; runtimes without these operators have B = 1.
 *
 *     ReorderInput   X as usual to X in blocks
 *     ReorderOutput  back; attribute channels
 *     Conv           X in blocks, but as usual where C/g < B, unless every channel is by itself (C/g = M/g = 1);
 *                    W [M, C/g, kh, kw] as [M / B, C/g / B, kh, kw, B of C, B of M], where C/g < B as [M / B, C/g, kh, kw, B of M];
 *                    Y in blocks
 */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';
