import { MalformedLineError } from './ndjson-reader';
import { chatBody, toStreamChunk } from './ollama-wire';

const CALL = { name: 'time__now', arguments: { zone: 'Asia/Tokyo' } };

describe('tools on the wire', () => {
  it('are sent as Ollama has them, and messages without them as ever', () => {
    const body = chatBody({
      model: 'm',
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: '', toolCalls: [{ id: 'c1', ...CALL }] },
        { role: 'tool', content: '09:41', toolName: 'time__now', toolCallId: 'c1' },
      ],
      tools: [{ name: 'time__now', description: 'Now.', parameters: { type: 'object' } }],
    });
    expect(body.messages).toEqual([
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: '', tool_calls: [{ id: 'c1', function: CALL }] },
      { role: 'tool', content: '09:41', tool_name: 'time__now', tool_call_id: 'c1' },
    ]);
    expect(body.tools).toEqual([
      {
        type: 'function',
        function: { name: 'time__now', description: 'Now.', parameters: { type: 'object' } },
      },
    ]);
    expect(JSON.stringify(chatBody({ model: 'm', messages: [], keepAlive: -1 }))).toBe(
      '{"model":"m","messages":[],"keep_alive":-1,"stream":true}',
    );
  });

  it('come whole, in one line, with an id or without', () => {
    const line = (calls: unknown): ReturnType<typeof toStreamChunk> =>
      toStreamChunk({ done: false, message: { content: '', tool_calls: calls } });
    expect(line([{ id: 'c1', function: { index: 0, ...CALL } }, { function: { name: 'x' } }])).toEqual({
      done: false,
      text: '',
      toolCalls: [
        { id: 'c1', ...CALL },
        { name: 'x', arguments: {} },
      ],
    });
    expect(line(undefined)).toEqual({ done: false, text: '' });
    expect(() => line([{}])).toThrow(MalformedLineError);
    expect(() => line('x')).toThrow(MalformedLineError);
  });
});
