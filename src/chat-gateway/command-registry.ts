import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import {
  COMMAND_METADATA,
  type CommandAudience,
  type CommandHandler,
  type CommandOptions,
} from '../commands/chat-command';

export interface RegisteredCommand extends CommandOptions {
  handler: CommandHandler;
}

/** Finds every method marked with `@ChatCommand`, wherever it stands. */
@Injectable()
export class CommandRegistry {
  private commands?: Map<string, RegisteredCommand>;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly reflector: Reflector,
  ) {}

  /** What everyone may use first. */
  all(): RegisteredCommand[] {
    const order: readonly CommandAudience[] = ['everyone', 'moderator', 'operator'];
    return [...this.found().values()].sort((a, b) => order.indexOf(a.audience) - order.indexOf(b.audience));
  }

  find(name: string): RegisteredCommand | undefined {
    return this.found().get(name);
  }

  private found(): Map<string, RegisteredCommand> {
    if (this.commands) return this.commands;
    const commands = new Map<string, RegisteredCommand>();
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const methods = instance as Record<string, CommandHandler>;
      const prototype = Object.getPrototypeOf(instance) as object | null;
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        const method = methods[name];
        if (typeof method !== 'function') continue;
        const options = this.reflector.get<CommandOptions | undefined>(COMMAND_METADATA, method);
        if (!options) continue;
        if (commands.has(options.name)) throw new Error(`Two methods claim the command !${options.name}`);
        commands.set(options.name, { ...options, handler: method.bind(instance) });
      }
    }
    this.commands = commands;
    return commands;
  }
}
