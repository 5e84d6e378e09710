import { Injectable } from '@nestjs/common';
import type { Approval } from '../approvals/approval';
import { forChat } from '../shared/for-chat';
import { InstalledComponents } from '../component-registry/installed/installed-components';
import type { InstalledComponent } from '../component-registry/installed/installed-component';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { RdzenError } from '../shared/rdzen-error';
import { texts } from '../texts/texts';
import { keepsData } from '../tools/start-locked';
import type { InstallDetails } from './installation-requests';
import { InstallationService } from './installation.service';
import { InstalledView } from './installed-view';

const LONGEST_WHY = 300;

@Injectable()
export class InstallationCommands {
  constructor(
    private readonly installation: InstallationService,
    private readonly installed: InstalledComponents,
    private readonly view: InstalledView,
  ) {}

  @ChatCommand({ name: 'install', audience: 'operator' })
  async install(call: CommandCall): Promise<string> {
    const { arguments: words, language, roomId, threadId } = call;
    const [first = ''] = words;
    if (words.length !== 1) return texts(language).installUsage();
    // Behind the first sign: a scope begins with one.
    const at = first.indexOf('@', 1);
    const [name, version] = at < 0 ? [first, undefined] : [first.slice(0, at), first.slice(at + 1)];
    const room = { roomId, language, ...(threadId === undefined ? {} : { threadId }) };
    const approval = await this.installation.install({ name, version, askedBy: byOf(call), room });
    return texts(language).installAsked(shown(approval));
  }

  @ChatCommand({ name: 'approve', audience: 'operator' })
  async approve(call: CommandCall): Promise<string> {
    const [code, ...more] = call.arguments;
    const text = texts(call.language);
    if (code === undefined || more.length > 0) return text.approveUsage();
    const { approval, missing } = await this.installation.approve(code, byOf(call));
    return text.approvalGiven({ ...shown(approval), code: approval.code, missing });
  }

  @ChatCommand({ name: 'reject', audience: 'operator' })
  async reject(call: CommandCall): Promise<string> {
    const [code, ...why] = call.arguments;
    const text = texts(call.language);
    if (code === undefined || why.length === 0) return text.rejectUsage();
    const reason = forChat(why.join(' ').slice(0, LONGEST_WHY));
    const approval = await this.installation.reject(code, byOf(call), reason);
    return text.approvalTakenBack({ ...shown(approval), code: approval.code });
  }

  @ChatCommand({ name: 'components', audience: 'everyone' })
  async components({ arguments: words, language }: CommandCall): Promise<string> {
    const [name] = words;
    const text = texts(language);
    if (name !== undefined) return text.installedCard(await this.view.card(this.meant(name)));
    const here = this.installed.all().filter(({ state }) => state !== 'removed');
    return text.installedList({ components: await this.view.lines(here) });
  }

  @ChatCommand({ name: 'promote', audience: 'operator' })
  promote(call: CommandCall): Promise<string> {
    return this.change(call, (name, by) => this.installation.promote(name, by));
  }

  @ChatCommand({ name: 'rollback', audience: 'operator' })
  async rollback(call: CommandCall): Promise<string> {
    const [first, second, ...more] = call.arguments;
    const text = texts(call.language);
    if (first === undefined || more.length > 0) return text.rollbackUsage();
    const at = second === undefined ? first.indexOf('@', 1) : -1;
    const [name, version] = at < 0 ? [first, second] : [first.slice(0, at), first.slice(at + 1)];
    return text.installedDone(this.view.line(await this.installation.rollBack(name, byOf(call), version)));
  }

  @ChatCommand({ name: 'remove', audience: 'operator' })
  remove(call: CommandCall): Promise<string> {
    const [name, word, ...more] = call.arguments;
    const withData = word === 'data' || word === 'dane';
    if (word === undefined || (withData && more.length === 0))
      return this.change(
        { ...call, arguments: name === undefined ? [] : [name] },
        (found, by) => this.installation.remove(found, by, { withData }),
        withData,
      );
    return Promise.resolve(texts(call.language).removeUsage());
  }

  private async change(
    call: CommandCall,
    work: (name: string, by: string) => Promise<InstalledComponent>,
    withData = false,
  ): Promise<string> {
    const [name, ...more] = call.arguments;
    const text = texts(call.language);
    if (name === undefined || more.length > 0) return text.nameUsage({ command: call.name });
    const component = await work(name, byOf(call));
    const dataStays = !withData && component.state === 'removed' && keepsData(component.lock);
    return text.installedDone({ ...this.view.line(component), dataStays });
  }

  /** One that is there, else one that was. @throws RdzenError COMPONENT_NOT_INSTALLED */
  private meant(name: string): InstalledComponent {
    try {
      return this.installation.find(name);
    } catch (error) {
      if (!(error instanceof RdzenError)) throw error;
      return this.installation.find(name, true);
    }
  }
}

function byOf({ authorId }: CommandCall): string {
  return `chat:${authorId}`;
}

function shown({ details }: Approval): { title: string; version: string } {
  const { title, version } = details as InstallDetails;
  return { title: forChat(title), version };
}
