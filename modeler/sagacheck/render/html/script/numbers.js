// Numbers of any size as people read them.

const LARGEST_WRITTEN_OUT = 10n ** 15n;

function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

// In digits up to 10^15, beyond that with three digits of mantissa, rounded half up.
function figure(value) {
  const number = BigInt(value);
  if (number <= LARGEST_WRITTEN_OUT) return grouped(number);
  let exponent = String(number).length - 1;
  const unit = 10n ** BigInt(exponent - 2);
  let mantissa = (number + unit / 2n) / unit;
  if (mantissa === 1000n) {
    mantissa = 100n;
    exponent += 1;
  }
  const digits = String(mantissa);
  return `${digits[0]}.${digits.slice(1)}e${exponent}`;
}

function counted(value, noun) {
  return `${figure(value)} ${noun}${BigInt(value) === 1n ? "" : "s"}`;
}
