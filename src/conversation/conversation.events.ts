declare module '../events/event-bus' {
  interface EventMap {
    /** A core read far less of a prompt than was sent to it, in tokens. */
    'turn.prompt-cut': { questionId: string; coreId: number; counted: number; estimated: number };
  }
}

export {};
