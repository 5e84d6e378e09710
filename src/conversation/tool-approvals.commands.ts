import { Injectable } from '@nestjs/common';
import { ChatCommand, type CommandCall } from '../commands/chat-command';
import { texts } from '../texts/texts';
import { ToolApprovals } from '../tools/tool-approvals';

/** People's word on calls that ask for it. A command comes from a person's own, unedited message, never from a model. */
@Injectable()
export class ToolApprovalCommands {
  constructor(private readonly approvals: ToolApprovals) {}

  @ChatCommand({ name: 'allow', audience: 'operator' })
  async allow({ arguments: given, roomId, authorName, language }: CommandCall): Promise<string> {
    const [code, scope] = given;
    const inThread = scope?.toLowerCase() === 'thread';
    if (code === undefined || (scope !== undefined && !inThread)) return texts(language).allowUsage();
    await this.approvals.allow(code, roomId, authorName, inThread);
    return texts(language).toolAllowed({ code: code.toUpperCase(), inThread });
  }

  @ChatCommand({ name: 'deny', audience: 'operator' })
  async deny({ arguments: [code], roomId, authorName, language }: CommandCall): Promise<string> {
    if (code === undefined) return texts(language).denyUsage();
    await this.approvals.deny(code, roomId, authorName);
    return texts(language).toolDenied({ code: code.toUpperCase() });
  }
}
