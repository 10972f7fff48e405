import assert from 'node:assert/strict';
import { freeMemory, freeOfVmStat } from '../../../src/engine/freeMemory';

/** As macOS 14 prints it on a machine of 16 GiB on which an editor and a browser run. */
const vmStat = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                                5120.
Pages active:                            361472.
Pages inactive:                          349184.
Pages speculative:                        11264.
Pages throttled:                              0.
Pages wired down:                        137216.
Pages purgeable:                           6144.
"Translation faults":                 912345678.
Pages copy-on-write:                   23456789.
File-backed pages:                       223232.
`;

describe('the memory that is free', () => {
  it('on macOS counts what the system gives away when it is asked for', () => {
    assert.equal(freeOfVmStat(vmStat), 16384 * (5120 + 349184 + 11264));
  });

  it('is not read out of another text', () => {
    assert.equal(freeOfVmStat(''), undefined);
    assert.equal(freeOfVmStat(vmStat.replace('Pages inactive', 'Pages idle')), undefined);
    assert.equal(freeOfVmStat(vmStat.replace('page size of 16384 bytes', '')), undefined);
  });

  it('is known on every system, on macOS without its tool too', () => {
    const { platform } = process;
    try {
      for (const name of ['linux', 'win32', 'darwin']) {
        Object.defineProperty(process, 'platform', { value: name });
        assert.ok(freeMemory() > 2 ** 20, name);
      }
    } finally {
      Object.defineProperty(process, 'platform', { value: platform });
    }
  });
});
