import type { CoreTool, Turn } from './brain';
import { scriptedAnswer } from './scripted-answer';
import { scriptedCalls, toolAnswers } from './scripted-calls';

const tool = (name: string, description: string, properties: object, required: string[] = []): CoreTool => ({
  name,
  description,
  parameters: { type: 'object', properties, required },
});
const TIME = tool(
  'time__current_time',
  'Get the current date and time.',
  { timezone: { type: 'string' }, format: { type: 'string', enum: ['h:mm', 'YYYY'] } },
  ['format'],
);
const CONVERT = tool('time__convert_time', 'Convert time between zones.', { a: {}, b: {} }, ['a', 'b']);
const ADD = tool('calc__add', 'Add numbers.', { a: { type: 'number' }, b: { type: 'integer' } }, ['a', 'b']);
const asked = (content: string): Turn[] => [{ role: 'user', content }];

describe('the calls of the scripted core', () => {
  it('are of the tool that shares most words with the question', () => {
    expect(scriptedCalls(asked('What time is it in Tokyo?'), [ADD, CONVERT, TIME])).toEqual([
      { name: 'time__current_time', arguments: { timezone: 'Asia/Tokyo', format: 'h:mm' } },
    ]);
    expect(scriptedCalls(asked('Please add 17 and 25.'), [ADD, CONVERT, TIME])).toEqual([
      { name: 'calc__add', arguments: { a: 17, b: 25 } },
    ]);
  });

  it('are none where nothing fits, and none of what is no component', () => {
    expect(scriptedCalls(asked('Tell me about whales.'), [ADD, CONVERT, TIME])).toEqual([]);
    const builtIn = tool('request_capability', 'Say what is missing.', {});
    expect(scriptedCalls(asked('I request a capability that is missing'), [builtIn])).toEqual([]);
  });

  it('are not made twice for a question: its answer repeats what the tool said', () => {
    const turns: Turn[] = [
      ...asked('What time is it in Tokyo?'),
      { role: 'assistant', content: '', toolCalls: [{ name: TIME.name, arguments: {} }] },
      { role: 'tool', toolName: TIME.name, content: '<tool_result component="time">\n09:41\n</tool_result>' },
    ];
    expect(scriptedCalls(turns, [TIME])).toEqual([]);
    expect(toolAnswers(turns)).toEqual([{ tool: TIME.name, text: '09:41' }]);
    expect(scriptedAnswer(turns)).toMatch(/`time__current_time` called, and it answered: 09:41$/);
    expect(scriptedCalls([...turns, ...asked('And what time is it in Oslo?')], [TIME])).toHaveLength(1);
  });
});
