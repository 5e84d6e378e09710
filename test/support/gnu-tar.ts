import { spawnSync } from 'node:child_process';

/** `describe` where the system's tar is GNU's, whose listings the specs read; else it is said aloud. */
export function describeWithGnuTar(): jest.Describe {
  const { stdout } = spawnSync('tar', ['--version'], { encoding: 'utf8' });
  if (/GNU tar/.test(stdout ?? '')) return describe;
  console.warn('*** SKIPPED: archives are not compared with GNU tar, which is not here');
  return describe.skip;
}
