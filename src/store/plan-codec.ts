import type { RunPlan } from "./run-access.ts";

/** A run's plan as JSON. */
export function encodePlan({ progress, ...plan }: RunPlan): string {
  const { watermarks, deliveries } = progress;
  return JSON.stringify({ ...plan, progress: { watermarks, deliveries: [...deliveries] } });
}

export function decodePlan(text: string): RunPlan {
  const { progress, ...plan } = JSON.parse(text) as RunPlan & {
    readonly progress: { readonly deliveries: Iterable<[string, { firstAt: number; lastAt: number }]> };
  };
  return { ...plan, progress: { ...progress, deliveries: new Map(progress.deliveries) } };
}
