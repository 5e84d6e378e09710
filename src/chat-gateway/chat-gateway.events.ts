declare module '../events/event-bus' {
  interface EventMap {
    /**
     * Something keeps the assistant from hearing or speaking, or no longer does (`problem` undefined). `kind` is a
     * ChatErrorKind, such as `login-refused` or `restricted-workspace`, or `disconnected`.
     */
    'chat.problem-changed': { problem?: { kind: string; message: string; since: number } };
  }
}

export {};
