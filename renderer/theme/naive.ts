import type { GlobalThemeOverrides } from 'naive-ui'
import { fontMono, fontSans, type Tokens } from './tokens'

/** Naive UI in our tokens: the same table as the CSS variables, so that nothing is styled by Naive's class names. */
export function overrides(t: Tokens): GlobalThemeOverrides {
  return { common: common(t), ...controls(t), ...containers(t) }
}

function common(t: Tokens): GlobalThemeOverrides['common'] {
  return {
    fontFamily: fontSans,
    fontFamilyMono: fontMono,
    fontWeightStrong: '600',
    fontSize: '13px',
    fontSizeTiny: '12px',
    fontSizeSmall: '13px',
    fontSizeMedium: '13px',
    lineHeight: '1.54',
    heightTiny: '22px',
    heightSmall: '28px',
    heightMedium: '30px',
    heightLarge: '36px',
    borderRadius: '6px',
    borderRadiusSmall: '4px',
    primaryColor: t.accent,
    primaryColorHover: t.accentHover,
    primaryColorPressed: t.accentPressed,
    primaryColorSuppl: t.accentHover,
    infoColor: t.accent,
    infoColorHover: t.accentHover,
    infoColorPressed: t.accentPressed,
    infoColorSuppl: t.accent,
    successColor: t.pass,
    successColorHover: t.pass,
    successColorPressed: t.pass,
    successColorSuppl: t.pass,
    warningColor: t.nj,
    warningColorHover: t.nj,
    warningColorPressed: t.nj,
    warningColorSuppl: t.nj,
    errorColor: t.fail,
    errorColorHover: t.fail,
    errorColorPressed: t.fail,
    errorColorSuppl: t.fail,
    textColorBase: t.text1,
    textColor1: t.text1,
    textColor2: t.text1,
    textColor3: t.text3,
    textColorDisabled: t.disabled,
    placeholderColor: t.text3,
    iconColor: t.text2,
    bodyColor: t.chrome,
    cardColor: t.surface,
    modalColor: t.raised,
    popoverColor: t.raised,
    tableColor: t.surface,
    tableHeaderColor: t.sunken,
    tableColorHover: t.hover,
    inputColor: t.surface,
    actionColor: t.sunken,
    hoverColor: t.hover,
    borderColor: t.borderStrong,
    dividerColor: t.border,
    railColor: t.active,
    progressRailColor: t.active,
    boxShadow2: t.shadow,
    boxShadow3: t.shadow,
  }
}

function controls(t: Tokens): GlobalThemeOverrides {
  return {
    Button: {
      fontWeight: '500',
      textColorPrimary: t.onAccent,
      textColorHoverPrimary: t.onAccent,
      textColorPressedPrimary: t.onAccent,
      textColorFocusPrimary: t.onAccent,
      paddingSmall: '0 10px',
      paddingMedium: '0 14px',
      iconMarginSmall: '6px',
      rippleDuration: '0s',
      border: `1px solid ${t.borderStrong}`,
    },
    Input: { border: `1px solid ${t.control}`, boxShadowFocus: `0 0 0 1px ${t.accent}`, paddingSmall: '0 8px' },
    InternalSelection: {
      border: `1px solid ${t.control}`,
      boxShadowFocus: `0 0 0 1px ${t.accent}`,
      boxShadowActive: `0 0 0 1px ${t.accent}`,
      paddingSingle: '0 26px 0 8px',
    },
    Radio: {
      buttonColor: t.surface,
      buttonColorActive: t.accentSoft,
      buttonTextColor: t.text2,
      buttonTextColorActive: t.accent,
      buttonBorderColor: t.borderStrong,
      buttonBorderColorActive: t.accent,
      buttonBoxShadowFocus: `inset 0 0 0 1px ${t.accent}`,
    },
    Switch: {
      railColorActive: t.accent,
      railColor: t.control,
      railHeightSmall: '16px',
      railWidthSmall: '28px',
      buttonHeightSmall: '12px',
      buttonWidthSmall: '12px',
    },
    Checkbox: { border: `1px solid ${t.control}`, sizeSmall: '14px', checkMarkColor: t.onAccent },
    Progress: { fontSizeCircle: '12px', railHeight: '6px' },
    Tag: { borderRadius: '4px' },
  }
}

function containers(t: Tokens): GlobalThemeOverrides {
  return {
    DataTable: {
      thPaddingSmall: '6px 10px',
      tdPaddingSmall: '5px 10px',
      fontSizeSmall: '13px',
      thFontWeight: '500',
      thTextColor: t.text3,
      borderColor: t.border,
      thColor: t.sunken,
      tdColorHover: t.hover,
      borderRadius: '8px',
    },
    Tabs: { tabFontSizeSmall: '13px', tabGapSmallLine: '20px', tabPaddingSmallLine: '6px 0', tabTextColorLine: t.text2 },
    Tree: { nodeHeight: '26px', fontSize: '13px' },
    Drawer: { bodyPadding: '0', headerPadding: '12px 16px', footerPadding: '10px 16px', titleFontSize: '15px' },
    Tooltip: { color: t.raised, textColor: t.text1, borderRadius: '6px', boxShadow: t.shadow },
  }
}
