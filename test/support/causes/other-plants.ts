import {
  everyOne,
  HOUR,
  oneIn,
  replied,
  reTold,
  rowOf,
  scanned,
  toldAt,
  toldToo,
  unTold,
  wallMoved,
  withWireCode,
} from "./alter.ts";
import type { Plant, Target } from "./plants.ts";

/** Faults of other sorts, by which no rule was written. */
export function makeOtherPlants(target: Target): readonly Plant[] {
  return [
    ...plantsInTables(target),
    ...plantsInTimes(target),
    ...plantsInLegacy(target),
    ...plantsInNew(target),
  ];
}

function plantsInTables({ status, wrong }: Target): readonly Plant[] {
  return [
    {
      name: "a wire code that the contract reads as another status",
      cause: "mapping",
      tables: withWireCode(status, wrong),
    },
    {
      name: "such a wire code of the webhook only",
      cause: "mapping",
      tables: withWireCode(status, wrong, "webhook"),
    },
    {
      name: "such a wire code of the status API only",
      cause: "mapping",
      tables: withWireCode(status, wrong, "status-api"),
    },
    {
      name: "a wire code that the contract reads as a final status",
      cause: "mapping",
      tables: withWireCode("accepted", "delivered"),
    },
  ];
}

function plantsInTimes({ isChosen }: Target): readonly Plant[] {
  return [
    {
      name: "the v2 API in the wrong zone",
      cause: "timing",
      spoiling: { legacyApi: (event) => [{ ...event, TimeStamp: wallMoved(event.TimeStamp, -60) }] },
    },
    {
      name: "the status API in the wrong zone",
      cause: "timing",
      spoiling: { statusApi: toldAt(() => 2 * HOUR, everyOne) },
    },
    {
      name: "both new channels in the wrong zone for some parcels",
      cause: "timing",
      spoiling: { webhook: toldAt(() => HOUR, isChosen), statusApi: toldAt(() => HOUR, isChosen) },
    },
    {
      name: "the scan files of a day in the wrong zone",
      cause: "timing",
      spoiling: {
        scans: (columns) => [
          (columns[2] ?? "").startsWith("03-03") ? rowOf(columns, columns[1] ?? "", -60) : columns,
        ],
      },
    },
  ];
}

function plantsInLegacy({ codesOf, isChosen, status, wrong, invention }: Target): readonly Plant[] {
  const codes = codesOf(status);
  const [wrongCode = ""] = codesOf(wrong);
  const [inventedCode = ""] = codesOf(invention);
  return [
    {
      name: "a scan file lost",
      cause: "legacy",
      spoiling: { isLost: (name) => /11223344_20260303_1\d{5}/.test(name) },
    },
    {
      name: "parcels that both legacy channels never tell of",
      cause: "legacy",
      spoiling: {
        scans: (columns, barcode) => (isChosen(barcode) ? [] : [columns]),
        legacyApi: (event, barcode) => (isChosen(barcode) ? [] : [event]),
      },
    },
    {
      name: "another code on both legacy channels",
      cause: "legacy",
      spoiling: {
        scans: scanned(codes, isChosen, (columns) => [rowOf(columns, wrongCode)]),
        legacyApi: replied(codes, isChosen, (event) => [{ ...event, Code: wrongCode }]),
      },
    },
    {
      name: "events that both legacy channels have made up",
      cause: "legacy",
      spoiling: {
        scans: scanned(codes, isChosen, (columns) => [columns, rowOf(columns, inventedCode, -90)]),
        legacyApi: replied(codes, isChosen, (event) => [
          event,
          { ...event, Code: inventedCode, TimeStamp: wallMoved(event.TimeStamp, -90) },
        ]),
      },
    },
    {
      name: "another time on both legacy channels",
      cause: "legacy",
      spoiling: {
        scans: scanned(codes, isChosen, (columns) => [rowOf(columns, columns[1] ?? "", 43)]),
        legacyApi: replied(codes, isChosen, (event) => [
          { ...event, TimeStamp: wallMoved(event.TimeStamp, 43) },
        ]),
      },
    },
  ];
}

function plantsInNew({ isChosen, status, wrong, invention }: Target): readonly Plant[] {
  const never = (_: unknown, barcode: string): boolean => isChosen(barcode);
  const allAs = reTold(status, wrong, everyOne);
  const delayed = toldAt((barcode) => (Number(barcode.replaceAll(/\D/g, "")) % 18_000) * 1000, isChosen);
  const after = toldToo("delivered", "sorted", 2 * HOUR, oneIn(3));
  return [
    {
      name: "events that the status API leaves out",
      cause: "new",
      spoiling: { statusApi: unTold(status, isChosen) },
    },
    {
      name: "events that the webhook alone has made up",
      cause: "new",
      spoiling: { webhook: toldToo(status, invention, -1.5 * HOUR, isChosen) },
    },
    {
      name: "events that the status API alone has made up",
      cause: "new",
      spoiling: { statusApi: toldToo(status, invention, -1.5 * HOUR, isChosen) },
    },
    {
      name: "parcels that both new channels never tell of",
      cause: "new",
      spoiling: {
        webhook: (told, barcode) => (never(told, barcode) ? [] : [told]),
        statusApi: (told, barcode) => (never(told, barcode) ? [] : [told]),
      },
    },
    {
      name: "all pushes of some parcels lost",
      cause: "new",
      spoiling: { webhook: (told, barcode) => (never(told, barcode) ? [] : [told]) },
    },
    {
      name: "all events of a status told as another by both new channels",
      cause: "new",
      spoiling: { webhook: allAs, statusApi: allAs },
    },
    {
      name: "times of processing, each after another delay",
      cause: "new",
      spoiling: { webhook: delayed, statusApi: delayed },
    },
    {
      name: "a status after a final one on both new channels",
      cause: "new",
      spoiling: { webhook: after, statusApi: after },
    },
  ];
}
