import { refusal } from './mcp-server.mjs';

const MOST_NOTES = 100;
const closed = (properties, required = []) => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
});

/** Two that read, one that writes, one that destroys, and a slow one that reports progress and can be cancelled. */
export function goodTools() {
  const notes = [];
  return [
    {
      name: 'current_time',
      title: 'Current time',
      description: 'Tells the date and time in a time zone, such as Europe/Warsaw; UTC where none is given.',
      inputSchema: closed({ zone: { type: 'string', description: 'Name of an IANA time zone' } }),
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ zone = 'UTC' }) => {
        try {
          return new Date().toLocaleString('sv-SE', { timeZone: zone });
        } catch {
          return refusal(`there is no time zone ${zone}`);
        }
      },
    },
    {
      name: 'add',
      title: 'Add',
      description: 'Adds two numbers.',
      inputSchema: closed({ a: { type: 'number' }, b: { type: 'number' } }, ['a', 'b']),
      outputSchema: closed({ sum: { type: 'number' } }, ['sum']),
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ a, b }) => ({
        content: [{ type: 'text', text: JSON.stringify({ sum: a + b }) }],
        structuredContent: { sum: a + b },
      }),
    },
    {
      name: 'remember',
      title: 'Remember',
      description: 'Keeps a note until the component ends, and repeats it.',
      inputSchema: closed({ note: { type: 'string' } }, ['note']),
      annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
      run: ({ note }) => {
        if (notes.length >= MOST_NOTES) return refusal(`there are ${MOST_NOTES} notes already`);
        notes.push(note);
        return `Noted: ${note}`;
      },
    },
    {
      name: 'forget_all',
      title: 'Forget all',
      description: 'Throws away every note that was kept.',
      inputSchema: closed({}),
      annotations: { readOnlyHint: false, destructiveHint: true, openWorldHint: false },
      run: () => `${notes.splice(0).length} notes forgotten`,
    },
    {
      name: 'count_slowly',
      title: 'Count slowly',
      description: 'Counts up to a number, a tenth of a second each, and tells how far it is.',
      inputSchema: closed({ to: { type: 'integer', description: 'Up to 600' } }, ['to']),
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: async ({ to }, { progress, signal }) => {
        if (to < 1 || to > 600) return refusal('to must be between 1 and 600');
        for (let done = 1; done <= to && !signal.aborted; done++) {
          await new Promise((resolve) => {
            const timer = setTimeout(resolve, 100);
            signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
          });
          if (!signal.aborted) progress(done, to);
        }
        return `Counted to ${to}`;
      },
    },
  ];
}
