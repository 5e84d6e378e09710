import { Injectable } from '@nestjs/common';
import type { Preparing } from '../built-in-engine/preparing';
import { ContainerEngine, type EngineHealth } from '../containers/container-engine';
import { CoreRegistry } from '../core-registry/core-registry';
import { shownReason, shownState } from '../core-registry/core-states';
import type { Core } from '../core-registry/core.types';
import { ModelProfile } from '../core-registry/model-profile';
import { EventBus, type EventMap } from '../events/event-bus';
import { clusterMode } from '../failover/cluster-modes';
import { isProven } from '../failover/failover-policy';
import { ChatServerWatch, type ChatServerView } from '../failover/services/chat-server-watch';
import { ServiceKeeper } from '../failover/services/service-keeper';
import { serviceDto } from '../failover/services/services.controller';
import { ChatApi } from '../rocket-chat/chat-api';
import { ChatRealtime } from '../rocket-chat/chat-realtime';
import type { ChatServerDto, CoreStatusDto, PreparingDto, StatusDto } from './status.dto';

/** How things stand right now, without anything secret. */
@Injectable()
export class StatusService {
  private stopping = false;
  private problem?: EventMap['chat.problem-changed']['problem'];

  constructor(
    private readonly registry: CoreRegistry,
    private readonly profile: ModelProfile,
    private readonly chat: ChatApi,
    private readonly realtime: ChatRealtime,
    private readonly engine: ContainerEngine,
    private readonly services: ServiceKeeper,
    private readonly chatServer: ChatServerWatch,
    bus: EventBus,
  ) {
    bus.on('process.stopping', () => {
      this.stopping = true;
    });
    bus.on('chat.problem-changed', ({ problem }) => {
      this.problem = problem;
    });
  }

  now(): StatusDto {
    const cores = this.registry.all();
    const services = this.services.all().map(serviceDto);
    const { preparing, problem } = this.registry.preparation;
    return {
      status: 'online',
      active_core: this.registry.active.id,
      rocketchat_connected: this.chatConnected,
      ...(this.problem ? { rocketchat_problem: `${this.problem.kind}: ${this.problem.message}` } : {}),
      chat_server: chatServerDto(this.chatServer.now()),
      mode: clusterMode(cores, this.registry.cluster),
      epoch: this.registry.epoch,
      ...(preparing ? { preparing: preparingDto(preparing) } : {}),
      ...(problem ? { engine_problem: { cause: problem.reason, remedy: problem.remedy } } : {}),
      ...docker(this.engine.health()),
      ...(services.length > 0 ? { services } : {}),
      cores: cores.map((core) => this.core(core)),
    };
  }

  private core(core: Core): CoreStatusDto {
    const { id, kind, role, conditions, pid, version, warning, continues, inFlight, component } = core;
    const pace = this.registry.tokensPerSecond(core);
    return {
      id,
      kind,
      role,
      state: shownState(core),
      reason: shownReason(core),
      ...(conditions.size === 0 ? {} : { conditions: [...conditions.keys()] }),
      model: this.profile.model,
      ...(pid === undefined ? {} : { pid }),
      ...(component === undefined ? {} : { component }),
      ...(version === undefined ? {} : { version }),
      ...(warning === undefined ? {} : { warning }),
      ...(continues === undefined ? {} : { continues }),
      ...(pace === undefined ? {} : { tokens_per_second: Math.round(pace * 10) / 10 }),
      in_flight: inFlight,
    };
  }

  get chatConnected(): boolean {
    return this.chat.identity !== undefined && this.realtime.connected;
  }

  /** Questions can be taken in and answered. */
  get ready(): boolean {
    return !this.stopping && this.chatConnected && this.registry.all().some(isProven);
  }
}

/** Nothing where no container is looked after. */
function docker(health: EngineHealth): Pick<StatusDto, 'docker'> {
  if (!health.reachable) {
    const since = new Date(health.since).toISOString();
    return { docker: { reachable: false, since, problem: health.problem } };
  }
  return health.version === undefined ? {} : { docker: { reachable: true, version: health.version } };
}

function chatServerDto(view: ChatServerView): ChatServerDto {
  const { version, tested, reachableSince, silentSince, readOnly, readOnlyInDays, accountProblem } = view;
  const stamp = (at: number): string => new Date(at).toISOString();
  return {
    ...(version === undefined ? {} : { version }),
    ...(tested === undefined ? {} : { tested }),
    ...(reachableSince === undefined ? {} : { reachable_since: stamp(reachableSince) }),
    ...(silentSince === undefined ? {} : { silent_since: stamp(silentSince) }),
    read_only: readOnly,
    ...(readOnlyInDays === undefined ? {} : { read_only_in_days: readOnlyInDays }),
    ...(accountProblem === undefined ? {} : { account_problem: accountProblem }),
  };
}

function preparingDto(preparing: Preparing): PreparingDto {
  const { step, detail, receivedBytes, totalBytes, bytesPerSecond, secondsLeft } = preparing;
  return {
    step,
    detail,
    ...(receivedBytes === undefined ? {} : { received_bytes: receivedBytes }),
    ...(totalBytes === undefined ? {} : { total_bytes: totalBytes }),
    ...(bytesPerSecond === undefined ? {} : { bytes_per_second: Math.round(bytesPerSecond) }),
    ...(secondsLeft === undefined ? {} : { seconds_left: Math.ceil(secondsLeft) }),
  };
}
