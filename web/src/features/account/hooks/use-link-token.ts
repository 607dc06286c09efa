import { useLocation } from "@tanstack/react-router";
import { useState } from "react";

/**
 * The token of the one-time link that was followed here: what stands behind its `#`, which browsers send to nobody.
 * It follows the address while that is this page's, and stays as it is while the next page is being loaded.
 */
export function useLinkToken(): string {
  const { pathname, hash } = useLocation();
  const [page] = useState(pathname);
  const [token, setToken] = useState(hash);
  if (pathname === page && hash !== token) setToken(hash);
  return token;
}
