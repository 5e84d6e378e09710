import { tellsRunnerCrash } from './runner-crash';

describe(tellsRunnerCrash.name, () => {
  it.each([
    'http://core1: an error was encountered while running the model: unexpected EOF',
    'an error was encountered while running the model: CUDA error: out of memory',
    'model runner has unexpectedly stopped, this may be due to resource limitations or an internal error, check ollama server logs for details',
    'llama runner process has terminated: exit status 2',
    'llama runner process has terminated: signal: killed',
    'llama runner process no longer running: -1',
  ])('is true for: %s', (detail) => {
    expect(tellsRunnerCrash(detail)).toBe(true);
  });

  it.each([
    'unexpected EOF',
    'the answer ended without its final line',
    "model 'm' not found",
    'server busy, please try again.  maximum pending requests exceeded',
    'timed out waiting for llama runner to start',
    'registry.example: the terminated process',
  ])('is false for: %s', (detail) => {
    expect(tellsRunnerCrash(detail)).toBe(false);
  });
});
