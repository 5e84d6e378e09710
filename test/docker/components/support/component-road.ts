import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { CoreTool, CoreToolCall, Turn } from '../../../../src/embedded/core/brain';
import { toolAnswers } from '../../../../src/embedded/core/scripted-calls';
import { scriptedContinuation } from '../../../../src/embedded/core/scripted-answer';
import { makerOf } from '../../../../src/app.docker';
import { SystemRandom } from '../../../../src/shared/system-random';
import { Stage, type StageOptions } from '../../../faults/delivery/support/stage';
import { type LocalRegistry, startLocalRegistry } from '../../../support/components/local-registry';
import { publishComponent } from '../../../support/components/component-image';
import type { TestComponent } from '../../../support/components/manifests';
import { docker, tryDocker } from '../../support/docker-command';
import { ComponentTalk, type OpenApproval } from './component-talk';

/** What a model would call for a question. */
export interface Wish {
  tool: string;
  arguments: Record<string, unknown>;
}

const run = promisify(execFile);

/**
 * The road of a component, on a real engine and a real registry: the real process between a chat server and two scripted
 * cores of the test, with two operators and a person who only asks, all in one channel.
 */
export class ComponentRoad extends ComponentTalk {
  /** By question: what the cores have called. Others: the scripted core's own rule. */
  readonly wishes = new Map<string, Wish>();
  /** Wishes whose tool was not offered: the question, and what was. */
  readonly notOffered: string[] = [];
  stage!: Stage;
  registry!: LocalRegistry;
  private readonly images: string[] = [];

  static async open(options: StageOptions = {}): Promise<ComponentRoad> {
    const road = new ComponentRoad();
    road.registry = await startLocalRegistry();
    road.stage = await Stage.set({
      tokensPerSecond: 2_000,
      readyWithinMs: 120_000,
      answer: scriptedContinuation,
      wishes: (turns, tools) => road.wish(turns, tools),
      ...options,
    });
    return road;
  }

  /** Starts the process, and lets people in. */
  async begin(extra: Record<string, string> = {}): Promise<void> {
    await this.stage.run(extra);
    this.root = await this.stage.enterAdmin('Root');
    this.boss = await this.stage.enterAdmin('Boss');
    this.ann = await this.stage.enter('Ann');
    this.channel = await this.root.channel('office', ['system-bot', this.boss.username, this.ann.username]);
  }

  /** `npm run rdzen -- component pack` into the local registry. @param spec `name@version` of npm */
  async pack(spec: string, base?: string): Promise<string> {
    const word = spec.replace(/^.*\//, '').replace(/@.*$/, '');
    const to = ['--to', `${this.registry.host}/road/${word}`];
    const args = ['component', 'pack', spec, ...to, ...(base === undefined ? [] : ['--base', base])];
    const env = { ...process.env, RDZEN_DATA: this.stage.rdzen.data };
    const { stdout } = await run(process.execPath, [resolve('dist/cli.js'), ...args], { env });
    const [, reference = ''] = /pushed: {2}(\S+)/.exec(stdout) ?? [];
    expect(reference).toContain('@sha256:');
    this.images.push(reference);
    return stdout;
  }

  /** An image of this machine under the local registry, to pack on. @param lines of a Dockerfile over it */
  async pushBase(image: string, lines: string[]): Promise<string> {
    const tag = `${this.registry.host}/road/base:1`;
    const options = {
      input: [`FROM ${image}`, ...lines, ''].join('\n'),
      stdio: ['pipe', 'ignore', 'inherit'] as const,
    };
    execFileSync('docker', ['build', '--quiet', '--tag', tag, '-'], options as object);
    this.images.push(tag);
    await docker('push', '--quiet', tag);
    return tag;
  }

  /** Pushes a test component, and offers it in a catalogue of its own; before {@link begin}. */
  async offer(component: Pick<TestComponent, 'behaviour' | 'manifest'>, image: string): Promise<void> {
    const { manifest, reference } = await publishComponent(component, image, this.registry.host);
    this.images.push(reference);
    const catalogue = join(this.stage.rdzen.data, 'catalogue');
    const location = join(catalogue, 'offered');
    mkdirSync(location, { recursive: true });
    writeFileSync(join(location, `${component.behaviour}.json`), JSON.stringify({ manifest }));
    const sources = [{ name: 'tests', kind: 'folder', location, trust: 'untrusted' }];
    writeFileSync(join(catalogue, 'sources.json'), JSON.stringify({ shipped: true, sources }));
  }

  protected async approvals(): Promise<OpenApproval[]> {
    const { body } = await this.stage.rdzen.api('GET', '/api/v1/approvals');
    return body as unknown as OpenApproval[];
  }

  protected lastWords(): string {
    return this.stage.rdzen.output.slice(-3000);
  }

  /** What the engine has of ours, besides volumes of state. */
  async left(): Promise<string[]> {
    return (await this.ours()).filter((name) => !name.startsWith('volume rdzen-state-'));
  }

  async close(): Promise<void> {
    const ours = await this.ours();
    await this.stage.close();
    for (const [kind = '', name = ''] of ours.map((one) => one.split(' ')))
      await tryDocker([...(kind === 'container' ? ['rm', '--force'] : [kind, 'rm']), name]);
    for (const image of this.images) await tryDocker(['rmi', '--force', image]);
    await this.registry.stop();
  }

  private async ours(): Promise<string[]> {
    const secret = readFileSync(join(this.stage.rdzen.data, 'secret.key'), 'utf8').trim();
    const { owner } = makerOf(Buffer.from(secret, 'hex'), new SystemRandom());
    const of = async (kind: string, ...args: string[]): Promise<string[]> =>
      (
        await docker(
          ...args,
          '--filter',
          `label=rdzen.owner=${owner}`,
          '--format',
          kind === 'container' ? '{{.Names}}' : '{{.Name}}',
        )
      )
        .split('\n')
        .filter(Boolean)
        .map((name) => `${kind} ${name}`);
    return [
      ...(await of('container', 'ps', '-a')),
      ...(await of('network', 'network', 'ls')),
      ...(await of('volume', 'volume', 'ls')),
    ];
  }

  private wish(turns: Turn[], tools: CoreTool[]): CoreToolCall[] | undefined {
    const question = turns.findLast(({ role }) => role === 'user')?.content ?? '';
    const [, wish] = [...this.wishes].find(([text]) => question.includes(text)) ?? [];
    if (!wish) return undefined;
    if (toolAnswers(turns).length > 0) return [];
    const tool = tools.find(({ name }) => name.endsWith(`__${wish.tool}`));
    if (tool) return [{ name: tool.name, arguments: wish.arguments }];
    this.notOffered.push(`${question}: ${tools.map(({ name }) => name).join(' ')}`);
    return [];
  }
}
