import { Injectable } from '@nestjs/common';
import { join } from 'node:path';
import { Settings } from '../config/settings';
import { ContainerEngine } from '../containers/container-engine';

export interface ChatServerAddress {
  url: string;
  /** We run it. */
  embedded: boolean;
}

/** Starts the embedded chat server, unless ROCKETCHAT_URL names another. */
@Injectable()
export class ChatServerLauncher {
  constructor(
    private readonly settings: Settings,
    private readonly engine: ContainerEngine,
  ) {}

  /**
   * @param port where it listens
   * @param botPassword the assistant's own, made for this data folder
   * @param pageKey API key for what the page shows and does about the cores
   */
  async launch(port: number, botPassword: string, pageKey: string): Promise<ChatServerAddress> {
    const { ROCKETCHAT_URL, ROCKETCHAT_USER, RDZEN_DATA, RDZEN_BIND } = this.settings;
    const host = reachable(RDZEN_BIND);
    if (ROCKETCHAT_URL) return { url: ROCKETCHAT_URL.replace(/\/+$/, ''), embedded: false };
    await this.engine.start({
      name: 'chat-server',
      image: 'chat-server',
      restart: 'always',
      labels: { 'rdzen.role': 'chat-server' },
      env: {
        PORT: String(port),
        HOST: RDZEN_BIND,
        DATA_FILE: join(RDZEN_DATA, 'chat.db'),
        BOT_USERNAME: ROCKETCHAT_USER,
        BOT_PASSWORD: botPassword,
        ADMIN_KEY_FILE: join(RDZEN_DATA, 'admin.key'),
        ADMIN_ROOM: this.settings.RDZEN_ADMIN_ROOM,
        CHAT_LANGUAGE: this.settings.RDZEN_LANGUAGE,
        GATEWAY_URL: `http://${host}:${this.settings.RDZEN_PORT}`,
        GATEWAY_KEY: pageKey,
      },
    });
    return { url: `http://${host}:${port}`, embedded: true };
  }
}

/** The address to call where something listens on `bind`. */
function reachable(bind: string): string {
  const host = bind === '0.0.0.0' || bind === '::' ? '127.0.0.1' : bind;
  return host.includes(':') ? `[${host}]` : host;
}
