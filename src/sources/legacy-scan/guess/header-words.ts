import type { DetailField } from "../../../domain/observation.ts";

/** What a column's name can say that it holds. */
export type NamedMeaning = "barcode" | "code" | "time" | "zone" | "personal" | DetailField;

/**
 * Words for columns in Dutch, English and German files of carriers: those of the shipped
 * layouts, of the carriers' public pages that these name, and their plain translations. Small letters without blanks or signs.
 */
const WORDS: Readonly<Record<NamedMeaning, readonly string[]>> = {
  barcode: [
    ...["barcode", "parcelno", "parcelnumber", "parcelid", "parcel", "itemid", "itemnumber", "packageid"],
    ...["trackingnumber", "trackingno", "trackingcode", "tracking", "consignmentnumber", "shipmentnumber"],
    ...["pakketnummer", "pakketnr", "pakket", "collonr", "zendingnummer", "zendingsnummer", "tracktrace"],
    ...["paketnummer", "paketnr", "paketscheinnummer", "sendungsnummer", "sendungsnr", "identcode"],
  ],
  code: [
    ...["code", "scancode", "eventcode", "event", "observation", "observationcode", "statuscode", "status"],
    ...["waarneming", "waarnemingscode", "waarnemingcode", "gebeurtenis", "gebeurteniscode", "scantype"],
    ...["ereignis", "ereigniscode", "scanart", "vorgang", "eventtype", "statustyp"],
  ],
  time: [
    ...["timestamp", "datetime", "scandatetime", "eventdatetime", "eventdate", "eventtime", "scandate"],
    ...["scantime", "date", "time", "observationtime", "observationdate", "occurredat", "statusdate"],
    ...["tijdstip", "tijd", "datum", "datumtijd", "scandatum", "scantijd", "waarnemingstijdstip", "moment"],
    ...["zeitpunkt", "zeit", "uhrzeit", "zeitstempel", "ereigniszeit", "statusdatum", "scanzeit"],
  ],
  zone: ["timezone", "tz", "zone", "utcoffset", "tijdzone", "zeitzone"],
  location: [
    ...[
      "location",
      "locationcode",
      "depot",
      "depotcode",
      "depotno",
      "station",
      "hub",
      "terminal",
      "scanlocation",
    ],
    ...["locatie", "locatiecode", "vestiging", "vestigingscode", "depotnummer", "sorteercentrum"],
    ...["standort", "standortcode", "niederlassung", "depotnr", "umschlagpunkt"],
  ],
  customerNumber: [
    ...[
      "customernumber",
      "customerno",
      "customerid",
      "accountnumber",
      "account",
      "shippernumber",
      "delisusr",
    ],
    ...[
      "klantnummer",
      "klantnr",
      "debiteurnummer",
      "debiteur",
      "kundennummer",
      "kundennr",
      "kdnr",
      "mandant",
    ],
  ],
  customerCode: ["customercode", "klantcode", "kundencode", "kundenkuerzel", "kundenkurzel"],
  reference: [
    ...["reference", "customerreference", "shipmentreference", "orderreference", "ordernumber", "orderno"],
    ...["order", "orderid", "ref", "referentie", "klantreferentie", "ordernummer", "bestelnummer"],
    ...["referenz", "kundenreferenz", "auftragsnummer", "bestellnummer", "sendungsreferenz"],
  ],
  productCode: [
    ...["productcode", "product", "productnumber", "service", "servicecode", "servicetype"],
    ...["produkt", "produktcode", "productnummer", "dienst"],
  ],
  mainBarcode: [
    ...["mainbarcode", "masterbarcode", "parentbarcode", "masterparcel", "mainparcel", "hoofdbarcode"],
    ...["hauptbarcode", "hauptpaket", "mutterpaket"],
  ],
  personal: [
    ...["name", "receiver", "receivername", "consignee", "consigneename", "recipient", "address", "street"],
    ...["zip", "zipcode", "postcode", "postalcode", "consigneezip", "city", "town", "phone", "email", "mail"],
    ...[
      "housenumber",
      "signature",
      "signedby",
      "podname",
      "remark",
      "remarks",
      "comment",
      "infotext",
      "note",
    ],
    ...[
      "naam",
      "ontvanger",
      "geadresseerde",
      "adres",
      "straat",
      "huisnummer",
      "plaats",
      "woonplaats",
      "stad",
    ],
    ...["telefoon", "handtekening", "opmerking", "opmerkingen", "buren", "toelichting"],
    ...["empfaenger", "empfanger", "anschrift", "adresse", "strasse", "plz", "ort", "hausnummer", "telefon"],
    ...["unterschrift", "bemerkung", "nachbar", "hinweis"],
  ],
};

/** Names of columns whose times are not those of a scan. */
const OTHER_TIMES =
  /^(created|announced|aangemaakt|erstellt|eta|expected|verwacht|planned|gepland|sent|export)/;

/** How well a column's name fits a meaning: 0 not at all, 1 it holds such a word, 3 it is one. */
export function matchHeader(name: string | null, meaning: NamedMeaning): number {
  if (name === null) return 0;
  const plain = toPlain(name);
  if (meaning === "time" && OTHER_TIMES.test(plain)) return -1;
  if (WORDS[meaning].includes(plain)) return 3;
  const tokens = name
    .replace(/([\p{Ll}0-9])(\p{Lu})/gu, "$1 $2")
    .split(/[^\p{L}\p{N}]+/u)
    .map(toPlain);
  return WORDS[meaning].some((word) => tokens.includes(word) || (word.length >= 6 && plain.includes(word)))
    ? 1
    : 0;
}

/** Whether a text is a word that columns are named by. */
export function isHeaderWord(text: string): boolean {
  if (/[0-9]/.test(text)) return false;
  return (Object.keys(WORDS) as NamedMeaning[]).some((meaning) => matchHeader(text, meaning) > 0);
}

function toPlain(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "");
}
