import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import '../../core-registry/core-registry.events';
import { EventBus } from '../../events/event-bus';
import { causeOf, originOf } from '../../failover/switch-cause';
import '../../generation/generation.events';
import '../../journal/journal.events';
import '../../sandbox/sandbox.events';
import '../../tools/tools.events';
import { StatusService } from '../status.service';
import { currentValues } from './current-values';

/** Seconds users stood waiting: a crash is bridged in tenths, a hang in seconds. */
const WAITS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60];
const CALLS = [0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * What Prometheus asks for. Counters begin at 0 with the process; gauges are read when they are asked for. Every label has
 * few values: ids of cores, names of states, components that are installed; never a room, a person or a question.
 */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();
  private watchingProcess = false;

  constructor(status: StatusService, bus: EventBus) {
    currentValues(this.registry, () => ({ status: status.now(), ready: status.ready }));
    this.countAnswers(bus);
    this.countFailovers(bus);
    this.countComponents(bus);
  }

  /** The text exposition format, version 0.0.4. */
  async text(): Promise<{ contentType: string; body: string }> {
    if (!this.watchingProcess) {
      // Not before somebody asks: it watches the garbage collector and the event loop from then on.
      this.watchingProcess = true;
      collectDefaultMetrics({ register: this.registry, prefix: 'rdzen_' });
    }
    return { contentType: this.registry.contentType, body: await this.registry.metrics() };
  }

  private countAnswers(bus: EventBus): void {
    const questions = this.counter('questions_accepted_total', 'Questions that are on disk');
    const answers = this.counter('questions_finished_total', 'Questions by how they ended', ['state']);
    const continued = this.counter(
      'answers_continued_total',
      'Partial answers that another core went on with',
    );
    const restarted = this.counter('answers_restarted_total', 'Partial answers that were begun anew');
    const fenced = this.counter('answers_fenced_total', 'Late texts of attempts that were over, dropped');
    const failed = this.counter('attempts_failed_total', 'Attempts that broke off', ['core', 'kind']);
    bus.on('question.accepted', () => questions.inc());
    bus.on('question.finished', ({ state }) => answers.inc({ state }));
    bus.on('answer.fenced', () => fenced.inc());
    bus.on('generation.attempt-failed', ({ coreId, kind }) =>
      failed.inc({ core: coreId, kind: kind ?? 'moved' }),
    );
    bus.on('generation.completed', (done) => {
      continued.inc(done.continued);
      restarted.inc(done.restarted);
    });
  }

  private countFailovers(bus: EventBus): void {
    const switches = this.counter('switchovers_total', 'Changes of the active core', ['cause', 'origin']);
    const evidence = this.counter('core_evidence_total', 'Signs that a core misbehaves', ['core', 'kind']);
    const waited = this.histogram(
      'failover_wait_seconds',
      'How long an answer stood still when a core broke',
      WAITS,
    );
    const detected = this.histogram(
      'failover_detection_seconds',
      'From the first sign to the verdict',
      WAITS,
    );
    bus.on('core.promoted', (change) => {
      switches.inc({ cause: causeOf(change), origin: originOf(change) });
      if (change.detectedMs !== undefined) detected.observe(change.detectedMs / 1000);
    });
    bus.on('core.evidence-reported', ({ coreId, kind }) => evidence.inc({ core: coreId, kind }));
    bus.on('core.waited-for', ({ waitedMs }) => waited.observe(waitedMs / 1000));
  }

  private countComponents(bus: EventBus): void {
    const trials = this.counter('trials_total', 'Trials by their verdict', ['verdict']);
    const calls = this.counter('tool_calls_total', 'Calls of tools', ['component', 'tool', 'outcome']);
    const took = this.histogram('tool_call_seconds', 'How long calls of tools took', CALLS, ['component']);
    const drifted = this.counter('components_drifted_total', 'Components that differ from their lock', [
      'component',
    ]);
    bus.on('trial.ended', ({ verdict }) => trials.inc({ verdict }));
    bus.on('tool.called', ({ component, tool, outcome, ms }) => {
      calls.inc({ component, tool, outcome });
      took.observe({ component }, ms / 1000);
    });
    bus.on('component.drifted', ({ component }) => drifted.inc({ component }));
  }

  private counter<T extends string>(name: string, help: string, labelNames: T[] = []): Counter<T> {
    return new Counter({ name: `rdzen_${name}`, help, labelNames, registers: [this.registry] });
  }

  private histogram<T extends string>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: T[] = [],
  ): Histogram<T> {
    return new Histogram({ name: `rdzen_${name}`, help, buckets, labelNames, registers: [this.registry] });
  }
}
