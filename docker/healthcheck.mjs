// For HEALTHCHECK: exit code 0 while the process answers. Not /health/ready: a container must not be restarted because
// the chat server or the cores are away.
const port = process.env.RDZEN_PORT || '5000';
const answer = await fetch(`http://127.0.0.1:${port}/health/live`, {
  signal: AbortSignal.timeout(4000),
}).catch((error) => ({ ok: false, status: String(error.cause?.code ?? error.message) }));
if (!answer.ok) {
  console.error(`/health/live on port ${port}: ${answer.status}`);
  process.exitCode = 1;
}
