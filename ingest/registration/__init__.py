"""The Excel workbook in which an organisation without a system registers."""
