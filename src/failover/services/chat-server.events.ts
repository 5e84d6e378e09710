declare module '../../events/event-bus' {
  interface EventMap {
    /** Rocket.Chat does not answer. `since`: epoch ms. */
    'chat-server.silent': { since: number; reason: string };
    /** It answers again. `silentMs`: for how long it had not. */
    'chat-server.recovered': { silentMs: number; version: string };
  }
}

export {};
