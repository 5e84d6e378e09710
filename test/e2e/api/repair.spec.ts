import { InProcessRdzen } from './support/in-process-rdzen';
import { expectProblem } from './support/problem';

describe('the repair of cores by REST', () => {
  let sut: InProcessRdzen;
  beforeAll(async () => {
    sut = await InProcessRdzen.ready();
  });
  afterAll(() => sut?.stop());

  it('is refused for cores that others run: CORE_NOT_OURS', async () => {
    expectProblem(await sut.ask('POST', '/api/v1/cores/1/repair'), 'CORE_NOT_OURS', /not run by Rdzen/);
  });

  it('knows no other core', async () => {
    expectProblem(await sut.ask('POST', '/api/v1/cores/3/repair'), 'CORE_NOT_FOUND', /no core 3/);
    expectProblem(await sut.ask('GET', '/api/v1/cores/3/repairs'), 'CORE_NOT_FOUND', /no core 3/);
  });

  it('has nothing to tell of a core that was never repaired', async () => {
    const { status, text } = await sut.ask('GET', '/api/v1/cores/1/repairs');
    expect({ status, text }).toEqual({ status: 200, text: '[]' });
  });

  it.each(['x', '0', '1000'])('refuses the id %s', async (id) => {
    expectProblem(await sut.ask('POST', `/api/v1/cores/${id}/repair`), 'BAD_REQUEST', /id/);
  });
});
