import axios, { type AxiosResponse, type InternalAxiosRequestConfig } from 'axios';
import { VirtualClock } from '../../test/support/virtual-clock';
import { SystemRandom } from '../shared/system-random';
import { ABSENT, ABSENT_OR_HIDDEN, absentAsUndefined, namesNoUser } from './absent';
import { classifyChatError } from './chat-error-classifier';
import type { ChatError } from './chat-error';
import { RestChatApi } from './rest-chat-api';

const refusal = (status: number, body: unknown): ChatError =>
  classifyChatError({ status, body, headers: {} }, 0);

describe(absentAsUndefined.name, () => {
  it.each([
    ['a 400 without any reason', 400, { success: false }],
    ['a 400 with an empty reason', 400, { success: false, error: '' }],
    [
      'a message that is not found',
      400,
      { success: false, error: 'No message found [error-message-not-found]' },
    ],
    ['a room that is not found', 400, { success: false, errorType: 'error-room-not-found' }],
  ])('takes %s for absence', async (_case, status, body) => {
    await expect(absentAsUndefined(Promise.reject(refusal(status, body)), ABSENT)).resolves.toBeUndefined();
  });

  it.each([
    [
      'an internal error reported as 400',
      400,
      { success: false, error: 'MongoServerSelectionError: timed out' },
    ],
    ['a code that is not known', 400, { success: false, errorType: 'error-invalid-params' }],
    ['a reason that is no text', 400, { success: false, error: { reason: 7 } }],
    ['a refusal', 403, { success: false, error: 'Not allowed', errorType: 'error-forbidden' }],
    ['a bare 403', 403, { success: false }],
    ['a bare 500', 500, { success: false }],
  ])('does not take %s for absence', async (_case, status, body) => {
    const error = refusal(status, body);
    await expect(absentAsUndefined(Promise.reject(error), ABSENT)).rejects.toBe(error);
  });

  it('takes what is hidden for absent where told to', async () => {
    const error = refusal(403, { success: false });
    await expect(absentAsUndefined(Promise.reject(error), ABSENT_OR_HIDDEN)).resolves.toBeUndefined();
  });

  it('knows a name that nobody has from another refusal', () => {
    expect(namesNoUser(refusal(400, { error: 'Invalid user [error-invalid-user]' }))).toBe(true);
    expect(namesNoUser(refusal(400, { error: 'Cannot read properties of null' }))).toBe(false);
  });

  it('is what a hidden room is to us, but not a message that we may not see', async () => {
    const login = { data: { userId: 'bot', authToken: 'token' } };
    const adapter = (config: InternalAxiosRequestConfig): Promise<AxiosResponse> => {
      const known = config.url?.endsWith('/login');
      const data = JSON.stringify(known ? login : { success: false, errorType: 'error-forbidden' });
      return Promise.resolve({ data, status: known ? 200 : 403, statusText: '', headers: {}, config });
    };
    const sut = new RestChatApi({
      url: 'http://chat.example',
      username: 'bot',
      password: 'secret',
      clock: new VirtualClock(),
      random: new SystemRandom(),
      http: axios.create({ adapter }),
    });
    await expect(sut.getMessage('secret')).rejects.toMatchObject({ kind: 'forbidden' });
    expect(await sut.room('secret')).toBeUndefined();
    sut.close();
  });
});
