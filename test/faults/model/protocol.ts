import { abandonClaims } from '../../../src/ledger/deliveries/abandonClaims.js';
import { cancelPending } from '../../../src/ledger/deliveries/cancelPending.js';
import {
  claimDeliveries,
  exchangeDeliveries,
  settleDeliveries,
} from '../../../src/ledger/deliveries/exchangeDeliveries.js';
import { resolveUncertain } from '../../../src/ledger/deliveries/resolveUncertain.js';
import { closeRun } from '../../../src/ledger/runs/closeRun.js';
import { controlRun, releaseRun } from '../../../src/ledger/runs/controlRun.js';
import { countDeliveries } from '../../../src/ledger/runs/countDeliveries.js';
import { finishChunk } from '../../../src/ledger/runs/finishChunk.js';
import { openRun } from '../../../src/ledger/runs/openRun.js';
import { planChunks } from '../../../src/ledger/runs/planChunks.js';
import { reopenRun } from '../../../src/ledger/runs/reopenRun.js';
import { suppress } from '../../../src/ledger/suppressions.js';

/** The statements that deliver once, as the model calls them: the ledger's own, or a version that was broken on purpose. */
export interface DeliveryProtocol {
  openRun: typeof openRun;
  planChunks: typeof planChunks;
  abandonClaims: typeof abandonClaims;
  claimDeliveries: typeof claimDeliveries;
  settleDeliveries: typeof settleDeliveries;
  exchangeDeliveries: typeof exchangeDeliveries;
  finishChunk: typeof finishChunk;
  resolveUncertain: typeof resolveUncertain;
  cancelPending: typeof cancelPending;
  controlRun: typeof controlRun;
  releaseRun: typeof releaseRun;
  reopenRun: typeof reopenRun;
  closeRun: typeof closeRun;
  countDeliveries: typeof countDeliveries;
  suppress: typeof suppress;
  /** The rule of `src/activities/lease.ts`: a claimer whose lease has run out hands over nothing more. */
  leaseChecked: boolean;
}

export const ledgerProtocol: DeliveryProtocol = {
  openRun,
  planChunks,
  abandonClaims,
  claimDeliveries,
  settleDeliveries,
  exchangeDeliveries,
  finishChunk,
  resolveUncertain,
  cancelPending,
  controlRun,
  releaseRun,
  reopenRun,
  closeRun,
  countDeliveries,
  suppress,
  leaseChecked: true,
};
