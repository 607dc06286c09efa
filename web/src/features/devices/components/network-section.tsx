import { useTranslation } from "react-i18next";
import { CopyButton } from "@/components/copy-button";
import { Section } from "@/components/section";
import { type NetworkInterface, plainAddress, sortedInterfaces } from "../model/inventory";

/** Network interfaces with their addresses, those in use first. */
export function NetworkSection({ interfaces }: { interfaces: readonly NetworkInterface[] }) {
  const { t } = useTranslation("devices");
  if (interfaces.length === 0) return null;
  return (
    <Section title={t("network.title")} aside={interfaces.length}>
      <ul className="divide-y divide-line border-y border-line">
        {sortedInterfaces(interfaces).map((each) => (
          <InterfaceItem key={each.name} item={each} />
        ))}
      </ul>
    </Section>
  );
}

function InterfaceItem({ item }: { item: NetworkInterface }) {
  const { t } = useTranslation("devices");
  const [first, ...others] = item.addresses;
  return (
    <li className="grid grid-cols-[7rem_minmax(0,1fr)_auto] items-start gap-x-2 py-1 text-sm">
      <span className="truncate py-1 text-ink-2" title={item.name}>
        {item.name}
      </span>
      <span className="min-w-0 py-1 font-mono text-xs leading-5">
        {first === undefined && <span className="font-sans text-ink-3">{t("network.noAddress")}</span>}
        {first !== undefined && <span className="block break-all">{first}</span>}
        {others.map((address) => (
          <span key={address} className="block break-all text-ink-3">
            {address}
          </span>
        ))}
        {item.mac && <span className="block text-ink-3">{item.mac}</span>}
      </span>
      {first !== undefined && (
        <CopyButton value={plainAddress(first)} label={t("network.copy", { address: plainAddress(first) })} />
      )}
    </li>
  );
}
