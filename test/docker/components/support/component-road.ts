import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { CoreTool, CoreToolCall, Turn } from '../../../../src/embedded/core/brain';
import { toolAnswers } from '../../../../src/embedded/core/scripted-calls';
import { scriptedContinuation } from '../../../../src/embedded/core/scripted-answer';
import { Stage, type StageOptions } from '../../../faults/delivery/support/stage';
import { ChatPerson, eventually } from '../../../support/chat-person';
import { type LocalRegistry, startLocalRegistry } from '../../../support/components/local-registry';
import { publishComponent } from '../../../support/components/component-image';
import type { TestComponent } from '../../../support/components/manifests';
import { docker, tryDocker } from '../../support/docker-command';

/** What a model would call for a question. */
export interface Wish {
  tool: string;
  arguments: Record<string, unknown>;
}

export interface Said {
  id: string;
  text: string;
}

const run = promisify(execFile);

/**
 * The road of a component, on a real engine and a real registry: the real process between a chat server and two scripted
 * cores of the test, with two operators and a person who only asks, all in one channel.
 */
export class ComponentRoad {
  /** By question: what the cores have called. Others: the scripted core's own rule. */
  readonly wishes = new Map<string, Wish>();
  /** Wishes whose tool was not offered: the question, and what was. */
  readonly notOffered: string[] = [];
  /** What was said, in order, for people to read. */
  readonly transcript: string[] = [];
  stage!: Stage;
  registry!: LocalRegistry;
  root!: ChatPerson;
  boss!: ChatPerson;
  ann!: ChatPerson;
  channel = '';
  private readonly images: string[] = [];
  private before = new Map<string, Set<string>>();

  static async open(options: StageOptions = {}): Promise<ComponentRoad> {
    const road = new ComponentRoad();
    road.before = await listed();
    road.registry = await startLocalRegistry();
    road.stage = await Stage.set({
      tokensPerSecond: 2_000,
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
    this.channel = await this.root.channel('office', [
      'system-bot',
      this.boss.username,
      this.ann.username,
    ]);
  }

  /** `npm run rdzen -- component pack` into the local registry. @param spec `name@version` of npm */
  async pack(spec: string): Promise<string> {
    const word = spec.replace(/^.*\//, '').replace(/@.*$/, '');
    const args = ['component', 'pack', spec, '--to', `${this.registry.host}/road/${word}`];
    const env = { ...process.env, RDZEN_DATA: this.stage.rdzen.data };
    const { stdout } = await run(process.execPath, [resolve('dist/cli.js'), ...args], { env });
    const [, reference = ''] = /pushed: {2}(\S+)/.exec(stdout) ?? [];
    expect(reference).toContain('@sha256:');
    this.images.push(reference);
    return stdout;
  }

  /** Pushes a test component, and offers it in a catalogue of its own; before {@link begin}. */
  async offer(component: TestComponent, image: string): Promise<void> {
    const { manifest, reference } = await publishComponent(component, image, this.registry.host);
    this.images.push(reference);
    const catalogue = join(this.stage.rdzen.data, 'catalogue');
    const location = join(catalogue, 'offered');
    mkdirSync(location, { recursive: true });
    writeFileSync(join(location, `${component.behaviour}.json`), JSON.stringify({ manifest }));
    const sources = [{ name: 'tests', kind: 'folder', location, trust: 'untrusted' }];
    writeFileSync(join(catalogue, 'sources.json'), JSON.stringify({ shipped: true, sources }));
  }

  /** @returns the assistant's messages that answer it, once there are `count` whole ones */
  async say(person: ChatPerson, text: string, count = 1, withinMs = 60_000): Promise<Said[]> {
    this.transcript.push(`${person.username}: ${text}`);
    const id = await person.say(this.channel, text);
    const answers = await eventually(
      () => this.under(id),
      (all) => all.length >= count,
      withinMs,
      `${count} answers to ${text}`,
    );
    this.transcript.push(...answers.map((answer) => `  assistant: ${answer.text}`));
    return answers;
  }

  /** A question of somebody who mentions the assistant. */
  async ask(text: string, withinMs = 60_000): Promise<string> {
    const [answer] = await this.say(this.ann, `@system-bot ${text}`, 1, withinMs);
    return answer?.text ?? '';
  }

  /** Whole messages of the assistant in the thread of a message, as they stand on the server. */
  async under(messageId: string): Promise<Said[]> {
    const answers = await this.root.answersInThread(messageId);
    return answers.filter(({ text }) => !text.endsWith('▍') && !text.startsWith('_'));
  }

  async trial(name: string): Promise<string> {
    const [, report] = await this.say(this.root, `!trial ${name}`, 2, 150_000);
    return report?.text ?? '';
  }

  /** Asks for it, has as many agree as it takes, and waits until it is a canary. */
  async install(name: string): Promise<void> {
    const thread = await this.root.say(this.channel, `!install ${name}`);
    this.transcript.push(`${this.root.username}: !install ${name}`);
    const [asked] = await eventually(
      () => this.under(thread),
      ({ length }) => length > 0,
      30_000,
      'it is asked for',
    );
    this.transcript.push(`  assistant: ${asked?.text}`);
    const { code, needed } = await this.openApproval();
    for (const person of [this.root, this.boss].slice(0, needed))
      await this.say(person, `!approve ${code}`, 1, 30_000);
    const told = await eventually(
      () => this.under(thread),
      ({ length }) => length > 1,
      60_000,
      `${name} is a canary`,
    );
    this.transcript.push(...told.slice(1).map(({ text }) => `  assistant: ${text}`));
    expect(told.at(-1)?.text).toMatch(/^🐤/);
  }

  async openApproval(): Promise<{ code: string; needed: number }> {
    const { body } = await this.stage.rdzen.api('GET', '/api/v1/approvals');
    const open = (body as unknown as { code: string; state: string; needed: number }[]).filter(
      ({ state }) => state === 'open',
    );
    expect(open).toHaveLength(1);
    return open[0] ?? { code: '', needed: 0 };
  }

  /** What the engine has more than at the beginning, besides volumes of state. */
  async left(): Promise<string[]> {
    const now = await listed();
    return [...now].flatMap(([kind, names]) =>
      [...names]
        .filter((name) => !this.before.get(kind)?.has(name) && !name.startsWith('rdzen-state-'))
        .map((name) => `${kind} ${name}`),
    );
  }

  async close(): Promise<void> {
    await this.stage.close();
    for (const kind of ['volume'] as const)
      for (const name of (await listed()).get(kind) ?? [])
        if (!this.before.get(kind)?.has(name) && name.startsWith('rdzen-state-'))
          await tryDocker(['volume', 'rm', name]);
    for (const image of this.images) await tryDocker(['rmi', '--force', image]);
    await this.registry.stop();
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

async function listed(): Promise<Map<string, Set<string>>> {
  const lines = async (...args: string[]): Promise<Set<string>> =>
    new Set((await docker(...args)).split('\n').filter(Boolean));
  return new Map([
    ['container', await lines('ps', '-aq', '--filter', 'label=rdzen.owner')],
    ['network', await lines('network', 'ls', '-q')],
    ['volume', await lines('volume', 'ls', '-q')],
  ]);
}
