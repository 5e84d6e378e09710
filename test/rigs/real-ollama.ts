import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/shared/free-port';

export interface OllamaRig {
  /** The program. */
  ollama: string;
  modelsDir: string;
  /** A model whose template leaves a trailing assistant turn open. */
  model: string;
  /** The same weights under a template that closes it; present after `test/rigs/ollama.mjs` of this project. */
  closedModel: string;
}

/** What the test launcher passes on from `test/rigs/ollama.mjs`; undefined outside `npm run test:ollama`. */
export function rigFromEnvironment(env: NodeJS.ProcessEnv = process.env): OllamaRig | undefined {
  const { RDZEN_RIG_OLLAMA, RDZEN_RIG_MODELS, RDZEN_RIG_MODEL } = env;
  if (!RDZEN_RIG_OLLAMA || !RDZEN_RIG_MODELS || !RDZEN_RIG_MODEL) return undefined;
  const closedModel = RDZEN_RIG_MODEL.replace(/^([^:]+)/, '$1-closed');
  return { ollama: RDZEN_RIG_OLLAMA, modelsDir: RDZEN_RIG_MODELS, model: RDZEN_RIG_MODEL, closedModel };
}

/** A real `ollama serve` on a port of its own, leader of a process group that holds its runner too. */
export class RealOllama {
  private process?: ChildProcess;
  private home?: string;
  private port = 0;

  private constructor(
    private readonly rig: OllamaRig,
    private readonly extraEnv: Record<string, string>,
  ) {}

  static async start(rig: OllamaRig, extraEnv: Record<string, string> = {}): Promise<RealOllama> {
    const core = new RealOllama(rig, extraEnv);
    await core.start();
    return core;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    const pid = this.process?.pid;
    if (pid === undefined) throw new Error('this Ollama is not running');
    return pid;
  }

  /** Starts it, again on the same port after a {@link killGroup}. Resolves once it answers. */
  async start(): Promise<void> {
    this.home ??= await mkdtemp(join(tmpdir(), 'rdzen-ollama-'));
    if (this.port === 0) this.port = await freePort();
    const child = spawn(this.rig.ollama, ['serve'], {
      detached: true,
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        HOME: this.home,
        OLLAMA_HOST: `127.0.0.1:${this.port}`,
        OLLAMA_MODELS: this.rig.modelsDir,
        OLLAMA_NOPRUNE: '1',
        OLLAMA_KEEP_ALIVE: '-1',
        ...this.extraEnv,
      },
    });
    this.process = child;
    for (const deadline = Date.now() + 15_000; Date.now() < deadline; await pause(30)) {
      if (child.exitCode !== null) throw new Error(`ollama serve ended at once with code ${child.exitCode}`);
      if (await answers(this.url)) return;
    }
    await this.close();
    throw new Error('ollama serve did not answer within 15 s');
  }

  /** Process ids of the runners: the children that hold the models. */
  async runnerPids(): Promise<number[]> {
    const { pid: server } = this;
    return (await livingProcesses()).filter(({ parent }) => parent === server).map(({ pid }) => pid);
  }

  /** SIGKILL, SIGSTOP or SIGCONT to the server and its runners together. */
  signalGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal);
  }

  /** To the server alone; its runners live on. */
  signalServer(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  async signalRunners(signal: NodeJS.Signals): Promise<void> {
    const pids = await this.runnerPids();
    if (pids.length === 0) throw new Error('no model is loaded, so there is no runner');
    for (const pid of pids) process.kill(pid, signal);
  }

  /** Ends server and runners; resolves once none of them lives, runners orphaned before included. */
  async killGroup(): Promise<void> {
    const group = this.process?.pid;
    if (group === undefined) return;
    try {
      process.kill(-group, 'SIGKILL');
    } catch {
      // Nothing of the group was left.
    }
    while ((await livingProcesses()).some((one) => one.group === group)) await pause(10);
    this.process = undefined;
  }

  async close(): Promise<void> {
    await this.killGroup();
    if (this.home) await rm(this.home, { recursive: true, force: true });
    this.home = undefined;
  }
}

interface LivingProcess {
  pid: number;
  parent: number;
  group: number;
}

/** Every process that is not a zombie. */
async function livingProcesses(): Promise<LivingProcess[]> {
  const living: LivingProcess[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state && state !== 'Z')
      living.push({ pid: Number(entry), parent: Number(parent), group: Number(group) });
  }
  return living;
}

async function answers(url: string): Promise<boolean> {
  return fetch(`${url}/api/version`, { signal: AbortSignal.timeout(500) }).then(
    (answer) => answer.ok,
    () => false,
  );
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
