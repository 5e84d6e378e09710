import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { CoreTool, CoreToolCall, Turn } from '../../../../src/embedded/core/brain';
import { toolAnswers } from '../../../../src/embedded/core/scripted-calls';
import { scriptedContinuation } from '../../../../src/embedded/core/scripted-answer';
import { makerOf } from '../../../../src/app.docker';
import { SystemRandom } from '../../../../src/shared/system-random';
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

  /** @returns the report, as it stands in the channel */
  async trial(name: string): Promise<string> {
    const before = await this.inChannel();
    await this.say(this.root, `!trial ${name}`);
    return this.told(/ trial/, before, 150_000);
  }

  /** Asks for it, has as many agree as it takes, and waits until it is a canary. */
  async install(name: string): Promise<void> {
    const before = await this.inChannel();
    await this.say(this.root, `!install ${name}`);
    const { code, needed } = await this.openApproval();
    for (const person of [this.root, this.boss].slice(0, needed)) await this.say(person, `!approve ${code}`);
    expect(await this.told(/^(?:🐤|⚠️)/u, before, 90_000)).toMatch(/^🐤/u);
  }

  /** A message of the assistant's own in the channel that was not there before. */
  private async told(words: RegExp, before: readonly Said[], withinMs: number): Promise<string> {
    const old = new Set(before.map(({ id }) => id));
    const [found] = await eventually(
      async () => (await this.inChannel()).filter(({ id, text }) => !old.has(id) && words.test(text)),
      ({ length }) => length > 0,
      withinMs,
      `${words.source} is told in the channel`,
    ).catch((error: Error) => {
      throw new Error(
        `${error.message}\n${this.transcript.join('\n')}\n${this.stage.rdzen.output.slice(-3000)}`,
      );
    });
    this.transcript.push(`assistant, to all: ${found?.text}`);
    return found?.text ?? '';
  }

  private async inChannel(): Promise<Said[]> {
    type Message = { _id: string; msg: string; t?: string; tmid?: string; u: { username: string } };
    const { messages } = await this.root.call<{ messages: Message[] }>(
      'GET',
      `channels.history?roomId=${this.channel}&count=200`,
    );
    return messages
      .filter(({ u, t, tmid }) => u.username === 'system-bot' && !t && !tmid)
      .map(({ _id: id, msg: text }) => ({ id, text }));
  }

  async openApproval(): Promise<{ code: string; needed: number }> {
    const { body } = await this.stage.rdzen.api('GET', '/api/v1/approvals');
    const open = (body as unknown as { code: string; state: string; needed: number }[]).filter(
      ({ state }) => state === 'open',
    );
    expect(open).toHaveLength(1);
    return open[0] ?? { code: '', needed: 0 };
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
