import { AbsentComponentCalls } from './absent-component-calls';

describe(AbsentComponentCalls.name, () => {
  it('says that the component does not run here', async () => {
    const call = new AbsentComponentCalls().call({ component: 'io.github.someone/time' });
    await expect(call).rejects.toMatchObject({ code: 'COMPONENT_UNAVAILABLE', status: 503 });
  });
});
