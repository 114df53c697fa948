// What `status` of lists and of analytics may be, in words.

export const REQUEST_STATUSES = [
  { value: "success", label: "Succeeded" },
  { value: "error", label: "Not succeeded" },
  { value: "429", label: "429 rate limited" },
  { value: "529", label: "529 overloaded" },
  { value: "4xx", label: "4xx" },
  { value: "5xx", label: "5xx" },
  { value: "refused", label: "Refused by Claudeflare" },
  { value: "truncated", label: "Broke off" },
  { value: "client_closed", label: "Client left" },
] as const;
