package io.zokor.demo;

import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.context.MessageSourceResolvable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.validation.FieldError;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Answers Spring MVC's own errors as problem details (RFC 9457) and says which fields are wrong. What it does not know leaves the
 * filter chain and becomes the server's affair.
 */
@RestControllerAdvice
final class ApiErrors extends ResponseEntityExceptionHandler {

    /** One field that did not pass. */
    record Violation(String field, @Nullable String message) {
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(MethodArgumentNotValidException ex,
            HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        List<Violation> violations = ex.getBindingResult().getAllErrors().stream().map(ApiErrors::violation).toList();
        ex.getBody().setProperty("errors", violations);
        return super.handleMethodArgumentNotValid(ex, headers, status, request);
    }

    private static Violation violation(MessageSourceResolvable error) {
        return new Violation(error instanceof FieldError field ? field.getField() : "", error.getDefaultMessage());
    }
}
