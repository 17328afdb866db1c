package io.zokor.spring.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.convert.converter.GenericConverter;
import org.springframework.util.unit.DataSize;

/**
 * Reads {@link TimeLimit}, {@link SizeLimit}, {@link CountLimit} and {@link ConcurrencyLimit} from what a property source holds: text, or in YAML a number
 * or the Boolean that an unquoted {@code off} becomes. Stateless.
 */
final class LimitConverter implements GenericConverter {

    @Override
    public Set<ConvertiblePair> getConvertibleTypes() {
        Set<ConvertiblePair> pairs = new LinkedHashSet<>();
        for (Class<?> target : List.of(TimeLimit.class, SizeLimit.class, CountLimit.class, ConcurrencyLimit.class)) {
            for (Class<?> source : List.of(String.class, Boolean.class, Number.class)) {
                pairs.add(new ConvertiblePair(source, target));
            }
        }
        pairs.add(new ConvertiblePair(Duration.class, TimeLimit.class));
        pairs.add(new ConvertiblePair(DataSize.class, SizeLimit.class));
        return pairs;
    }

    @Override
    public @Nullable Object convert(@Nullable Object source, TypeDescriptor sourceType, TypeDescriptor targetType) {
        if (source == null) {
            return null;
        }
        if (source instanceof Duration duration) {
            return new TimeLimit(duration);
        }
        if (source instanceof DataSize size) {
            return SizeLimit.parse(size.toString());
        }
        Class<?> target = targetType.getType();
        String text = source.toString();
        if (target == TimeLimit.class) {
            return TimeLimit.parse(text);
        }
        if (target == ConcurrencyLimit.class) {
            return ConcurrencyLimit.parse(text);
        }
        return target == SizeLimit.class ? SizeLimit.parse(text) : CountLimit.parse(text);
    }
}
