import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { npmEnvironment, pythonEnvironment } from './child-environment';
import { findNpm } from './npm-program';

describe(findNpm.name, () => {
  const root = mkdtempSync(join(tmpdir(), 'rdzen-npm-'));
  const place = (path: string): string => {
    const whole = join(root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, '#!/bin/sh\n');
    chmodSync(whole, 0o755);
    return whole;
  };
  const bare = place('bare/bin/node');
  const find = (nodeProgram: string, environment: Record<string, string> = {}, platform = 'linux'): unknown =>
    findNpm({ nodeProgram, environment, platform });
  afterAll(() => rmSync(root, { recursive: true }));

  it('takes the one that came with Node', () => {
    const node = place('unix/bin/node');
    const script = place('unix/lib/node_modules/npm/bin/npm-cli.js');
    expect(find(node)).toEqual({ command: node, args: [script] });
    const windows = place('win/node.exe');
    const cli = place('win/node_modules/npm/bin/npm-cli.js');
    expect(find(windows, {}, 'win32')).toEqual({ command: windows, args: [cli] });
  });

  it('takes the one that started us, if it is npm', () => {
    const script = place('started/npm-cli.js');
    expect(find(bare, { npm_execpath: script })).toEqual({ command: bare, args: [script] });
    expect(find(bare, { npm_execpath: place('started/yarn.js') })).toBeUndefined();
  });

  it('looks along the PATH, through links and at programs of any kind', () => {
    const script = place('linked/lib/npm-cli.js');
    mkdirSync(join(root, 'linked/bin'));
    symlinkSync(script, join(root, 'linked/bin/npm'));
    expect(find(bare, { PATH: `${root}/none:${root}/linked/bin` })).toEqual({
      command: bare,
      args: [script],
    });
    const shim = place('shim/npm');
    expect(find(bare, { PATH: `${root}/shim` })).toEqual({ command: shim, args: [] });
    expect(find(bare, { PATH: '' })).toBeUndefined();
  });
});

describe('the environment of other programs', () => {
  const environment = {
    PATH: '/bin',
    HOME: '/home/joe',
    https_proxy: 'http://proxy:1',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    NPM_CONFIG_FETCH_TIMEOUT: '9',
    npm_config_registry: 'https://mirror',
    npm_config_ignore_scripts: 'true',
    npm_config_prefix: '/somewhere',
    npm_package_name: 'rdzen',
    PIP_INDEX_URL: 'https://index',
    ROCKETCHAT_PASSWORD: 'secret',
    HF_TOKEN: 'secret',
    RDZEN_DATA: '/data',
    NODE_OPTIONS: '--inspect',
  };

  it('holds for npm what reaches a registry, and nothing of the outer npm run', () => {
    expect(npmEnvironment(environment)).toEqual({
      PATH: '/bin',
      HOME: '/home/joe',
      https_proxy: 'http://proxy:1',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      NPM_CONFIG_FETCH_TIMEOUT: '9',
      npm_config_registry: 'https://mirror',
    });
  });

  it("holds pip's settings for Python, and a scratch folder for its files", () => {
    const { PIP_INDEX_URL, TMPDIR, HF_TOKEN, ...others } = pythonEnvironment(environment, '/scratch');
    expect([PIP_INDEX_URL, TMPDIR, HF_TOKEN]).toEqual(['https://index', '/scratch', undefined]);
    expect(Object.keys(others).sort()).toEqual([
      'HOME',
      'NODE_EXTRA_CA_CERTS',
      'PATH',
      'TEMP',
      'TMP',
      'https_proxy',
    ]);
  });
});
