// Mantine in our clothes: its variables take their values from tokens.css, both themes at once.
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from "@mantine/core";

/** Filled buttons: text that can be read on the accent and on red alike, in both themes. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  return input.variant === "filled" ? { ...colors, color: "var(--on-accent)" } : colors;
};

const accent = Array.from({ length: 10 }, () => "var(--accent)") as unknown as MantineColorsTuple;

export const theme = createTheme({
  variantColorResolver,
  primaryColor: "accent",
  colors: { accent },
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  defaultRadius: "var(--radius)",
  fontSizes: {
    xs: "var(--size-12)",
    sm: "var(--size-13)",
    md: "var(--size-14)",
    lg: "var(--size-16)",
    xl: "var(--size-20)",
  },
  spacing: { xs: "4px", sm: "8px", md: "12px", lg: "16px", xl: "24px" },
  respectReducedMotion: true,
  cursorType: "pointer",
  focusRing: "auto",
  components: {
    Button: { defaultProps: { size: "xs", variant: "default" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray" } },
    TextInput: { defaultProps: { size: "xs" } },
    PasswordInput: { defaultProps: { size: "xs" } },
    NumberInput: { defaultProps: { size: "xs" } },
    Textarea: { defaultProps: { size: "xs" } },
    Select: {
      defaultProps: { size: "xs", checkIconPosition: "right", comboboxProps: { transitionProps: { duration: 0 } } },
    },
    MultiSelect: { defaultProps: { size: "xs" } },
    SegmentedControl: { defaultProps: { size: "xs", transitionDuration: 120 } },
    Switch: { defaultProps: { size: "sm" } },
    Tabs: { defaultProps: { keepMounted: false } },
    Tooltip: {
      defaultProps: {
        openDelay: 300,
        transitionProps: { duration: 80 },
        events: { hover: true, focus: true, touch: true },
      },
    },
    Modal: {
      defaultProps: { transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.5 }, centered: true },
    },
    Drawer: { defaultProps: { transitionProps: { duration: 120 }, overlayProps: { backgroundOpacity: 0.35 } } },
  },
});

const shared = {
  "--mantine-color-body": "var(--bg-0)",
  "--mantine-color-text": "var(--text-1)",
  "--mantine-color-bright": "var(--text-1)",
  "--mantine-color-dimmed": "var(--text-3)",
  "--mantine-color-placeholder": "var(--text-3)",
  "--mantine-color-anchor": "var(--accent)",
  "--mantine-color-default": "var(--bg-1)",
  "--mantine-color-default-hover": "var(--bg-2)",
  "--mantine-color-default-color": "var(--text-1)",
  "--mantine-color-default-border": "var(--border)",
  "--mantine-color-disabled": "var(--bg-2)",
  "--mantine-color-disabled-color": "var(--text-3)",
  "--mantine-color-disabled-border": "var(--border)",
  "--mantine-color-error": "var(--limited)",
  "--mantine-color-accent-filled": "var(--accent)",
  "--mantine-color-accent-filled-hover": "color-mix(in oklch, var(--accent) 90%, var(--text-1))",
  "--mantine-color-accent-light": "var(--accent-soft)",
  "--mantine-color-accent-light-hover": "var(--accent-soft)",
  "--mantine-color-accent-light-color": "var(--accent)",
  "--mantine-color-accent-outline": "var(--accent)",
  "--mantine-color-accent-outline-hover": "var(--accent-soft)",
  "--mantine-color-accent-contrast": "var(--on-accent)",
  "--mantine-primary-color-contrast": "var(--on-accent)",
  "--mantine-color-gray-light": "var(--bg-2)",
  "--mantine-color-gray-light-hover": "var(--bg-2)",
  "--mantine-color-gray-light-color": "var(--text-2)",
  "--mantine-color-gray-text": "var(--text-2)",
  "--mantine-color-red-filled": "var(--limited)",
  "--mantine-color-red-light": "var(--limited-soft)",
  "--mantine-color-red-light-color": "var(--limited)",
  "--mantine-color-red-outline": "var(--limited)",
  "--mantine-color-red-text": "var(--limited)",
  "--mantine-line-height": "1.45",
};

/** Mantine's own grays are cool; ours are warm. Steps 4 and 6 are the border and ground of fields. */
const dark = {
  "--mantine-color-dark-3": "var(--text-3)",
  "--mantine-color-dark-4": "var(--border-strong)",
  "--mantine-color-dark-5": "var(--bg-2)",
  "--mantine-color-dark-6": "var(--bg-0)",
  "--mantine-color-dark-7": "var(--bg-1)",
  "--mantine-color-dark-8": "var(--bg-0)",
};
const light = {
  "--mantine-color-gray-0": "var(--bg-2)",
  "--mantine-color-gray-1": "var(--bg-2)",
  "--mantine-color-gray-2": "var(--border)",
  "--mantine-color-gray-3": "var(--border)",
  "--mantine-color-gray-4": "var(--border-strong)",
};

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: { ...shared, ...light },
  dark: { ...shared, ...dark },
});
